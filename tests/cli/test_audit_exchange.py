"""`arf audit export` and `arf audit import`: a file out, all of its labels back or none."""

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from ruamel.yaml import YAML
from typer.testing import CliRunner

from arf.cli import app
from arf.errors import ArfError
from arf.files import sha256_text, write_records
from arf.labels import read_own
from arf.layout import annotations, cases, outputs, people
from arf.records import Annotation, Case, Finding, Output

ROOT = Path(__file__).parents[2]
SAD = "inferred_sentiment"
LABELS = Path("data/labels")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two channels, thirty outputs each, a label by rules on every one."""
    shutil.copytree(ROOT / "prompts", tmp_path / "prompts")
    shutil.copy(ROOT / "params.yaml", tmp_path / "params.yaml")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    for name in ("botchat", "webform"):
        put(name, [f"Case {i}: he was sad." for i in range(30)])
    return tmp_path


def put(channel: str, texts: list[str]) -> None:
    made = [
        Output(id=f"{channel}{i}", channel=channel, source="r0", text=text, provider="recorded")
        for i, text in enumerate(texts)
    ]
    split = {"channel": channel, "split": "train", "text": "It is late."}
    write_records(Path(cases(channel)), [Case(id=one.id, **split) for one in made])
    write_records(Path(outputs("r0", channel)), made)
    sad = Finding(code=SAD, span="sad", start=made[0].text.find("sad"))
    found = [
        Annotation(id=one.id, channel=channel, source="r0", text_sha256=sha256_text(one.text),
                   annotator="rules", taxonomy={}, rating=4, errors=(sad,))
        for one in made
    ]  # fmt: skip
    write_records(Path(annotations("audit", "r0", channel)), found)


def audit(*words: str) -> str:
    result = CliRunner().invoke(app, ["audit", *words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def edit(path: str, change: Callable[[list[dict[str, str]]], None]) -> None:
    with Path(path).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    header = list(rows[0])
    change(rows)
    with Path(path).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header)
        writer.writeheader()
        writer.writerows(rows)


def rate(*ratings: int) -> Callable[[list[dict[str, str]]], None]:
    def change(rows: list[dict[str, str]]) -> None:
        for row, rating in zip(rows, ratings, strict=False):
            row["rating"] = str(rating)

    return change


def given(name: str) -> list[Annotation]:
    return [one for channel in ("botchat", "webform") for one in read_own(LABELS, name, channel)]


def everything() -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in LABELS.rglob("*") if path.is_file()}


def test_out_filled_and_back(folder: Path) -> None:
    told = audit("export", "a.csv", "--to", "csv")
    assert "60 outputs, 0 of them labelled" in told and "arf audit import a.csv" in told
    edit("a.csv", rate(4, 3))
    told = audit("import", "a.csv", "--as", "anna")
    assert "2 labels imported, 0 replaced, 0 unchanged" in told and "dvc repro audit" in told
    assert sorted(one.rating for one in given("anna")) == [3, 4]
    assert "0 labels imported, 0 replaced, 2 unchanged" in audit("import", "a.csv", "--as", "anna")


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_labels_out_and_back_are_the_same_bytes(folder: Path, kind: str) -> None:
    audit("export", "a.csv", "--to", "csv", "--show", "rules")
    edit("a.csv", rate(*[1, 2, 3, 4, 5] * 12))
    audit("import", "a.csv", "--as", "anna")
    before = everything()
    audit("export", f"b.{kind}", "--to", kind, "--labels", "anna")
    shutil.rmtree(LABELS / "anna")
    assert "60 labels imported" in audit("import", f"b.{kind}", "--as", "anna")
    after = everything()
    assert {path: sorted(text.splitlines()) for path, text in before.items()} == {
        path: sorted(text.splitlines()) for path, text in after.items()
    }
    assert 15 < sum(one.seen == "rules" for one in given("anna")) < 45


def test_one_fault_and_nothing_is_imported(folder: Path, capsys: pytest.CaptureFixture) -> None:
    audit("export", "a.csv", "--to", "csv")
    edit("a.csv", rate(4))
    audit("import", "a.csv", "--as", "anna")
    before = everything()
    edit("a.csv", rate(4, 3, *[7] * 25))
    runner = CliRunner()
    result = runner.invoke(app, ["audit", "import", "a.csv", "--as", "anna"])
    assert isinstance(result.exception, ArfError) and result.exit_code == 1
    assert str(result.exception) == (
        "a.csv: 25 faults, 5 more than are told above; nothing is imported: mend them and import "
        "again"
    )
    assert result.output.count("a.csv:") == 20
    assert "a.csv:4: rating: '7'; write a whole number from 1 to 5" in result.output
    assert everything() == before


def test_other_labels_stay_and_others_labels_take_their_place_only_when_told(folder: Path) -> None:
    audit("export", "a.csv", "--to", "csv", "--channel", "botchat")
    edit("a.csv", rate(4, 4, 4))
    audit("import", "a.csv", "--as", "anna")
    shutil.copy("a.csv", "b.csv")
    edit("b.csv", lambda rows: rows.__delitem__(slice(0, 2)))
    edit("b.csv", rate(2, 5))
    with pytest.raises(ArfError, match="1 fault; nothing is imported"):
        audit("import", "b.csv", "--as", "anna")
    assert "1 labels imported, 1 replaced" in audit("import", "b.csv", "--as", "anna", "--replace")
    assert [one.rating for one in given("anna")] == [4, 4, 2, 5]


def test_a_changed_definition_is_told_and_its_hash_kept(folder: Path) -> None:
    audit("export", "a.csv", "--to", "csv", "--channel", "botchat")
    edit("a.csv", rate(4, 4, 4))
    yaml = YAML()
    taxonomy = yaml.load(Path("prompts/taxonomy.yaml"))
    taxonomy["codes"][SAD]["definition"] += " Anew."
    yaml.dump(taxonomy, Path("prompts/taxonomy.yaml"))
    told = audit("import", "a.csv", "--as", "anna")
    assert f"made under another definition than today's, and left out for that code: {SAD} (3)" in (
        told
    )


def test_an_output_whose_text_has_changed_is_unknown(folder: Path) -> None:
    audit("export", "a.csv", "--to", "csv", "--channel", "botchat")
    edit("a.csv", rate(*[4] * 30))
    put("botchat", [f"Case {i}: he was sad{'!' * (i == 3)}." for i in range(30)])
    with pytest.raises(ArfError, match="1 fault; nothing"):
        audit("import", "a.csv", "--as", "anna")
    assert not LABELS.exists()


def test_labels_outside_the_draw_go_out_too(folder: Path) -> None:
    audit("export", "a.csv", "--to", "csv")
    edit("a.csv", rate(*[4] * 60))
    audit("import", "a.csv", "--as", "anna")
    params = Path("params.yaml")
    params.write_text(params.read_text().replace("per_channel: 100", "per_channel: 5"))
    assert "60 outputs, 60 of them labelled" in audit(
        "export", "b.csv", "--to", "csv", "--labels", "anna"
    )
    assert "10 outputs, 0 of them" in audit("export", "c.csv", "--to", "csv")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["export", "a.csv", "--to", "ods"], "no format"),
        (["export", "a.csv", "--to", "xlsx"], r"a file that ends in \.xlsx"),
        (["export", "params.yaml", "--to", "csv"], r"ends in \.csv"),
        (["export", "there.csv", "--to", "csv"], "is there already"),
        (["export", "a.csv", "--to", "csv", "--channel", "botcat"], "did you mean"),
        (["export", "a.csv", "--to", "csv", "--labels", "bob"], "no labels by that name"),
        (["export", "a.csv", "--to", "csv", "--show", "bob"], "no such labels"),
        (["import", "none.csv", "--as", "anna"], "no such file"),
        (["import", "there.csv", "--as", "gold"], "settled between people"),
        (["import", "there.csv", "--as", "Gold"], "settled between people"),
        (["import", "there.csv", "--as", "rules"], "no person"),
        (["import", "there.csv", "--as", "anna"], "no column 'key'"),
        (["import", "there.csv", "--as", "anna", "--user", "1"], "--user"),
    ],
)
def test_what_is_refused(folder: Path, words: list[str], told: str) -> None:
    Path("there.csv").write_text("a,b\n1,2\n")
    with pytest.raises(ArfError, match=told) as caught:
        audit(*words)
    assert "\n" not in str(caught.value)
    assert not LABELS.exists() and Path("there.csv").read_text() == "a,b\n1,2\n"
    assert not Path("a.csv").exists()


def test_a_sheet_in_which_nothing_is_labelled_is_told(folder: Path) -> None:
    audit("export", "a.xlsx", "--to", "xlsx")
    with pytest.raises(ArfError, match="nothing in it is labelled"):
        audit("import", "a.xlsx", "--as", "anna")


def test_two_people_need_two_names(folder: Path) -> None:
    audit("export", "a.csv", "--to", "csv")
    edit("a.csv", rate(4))
    audit("import", "a.csv", "--as", "anna")
    with pytest.raises(ArfError, match="anna has labelled before"):
        audit("import", "a.csv", "--as", "Anna")


def test_a_name_in_the_data_is_taken(folder: Path) -> None:
    theirs = Annotation(id="elsewhere", channel="webform", source="r0", text_sha256="0",
                        annotator="Ada", taxonomy={}, rating=4)  # fmt: skip
    write_records(Path(people("webform")), [theirs])
    audit("export", "a.csv", "--to", "csv")
    edit("a.csv", rate(4))
    for words in (["audit", "import", "a.csv", "--as", "ada"], ["annotate", "--as", "Ada"]):
        with pytest.raises(ArfError, match="labels by Ada come with the data"):
            CliRunner().invoke(app, words, catch_exceptions=False)
    assert not LABELS.exists()
