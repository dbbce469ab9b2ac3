"""`arf profile` on a copy of this project's parameters and profiles."""

import difflib
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from arf.cli.profile import load_profile, profile
from arf.errors import ArfError
from arf.params import read_yaml

ROOT = Path(__file__).parents[2]
NAMES = ["keyless", "ollama", "openai", "paper", "vllm"]
OTHERS = [name for name in NAMES if name != "keyless"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copy(ROOT / "params.yaml", tmp_path)
    shutil.copytree(ROOT / "profiles", tmp_path / "profiles")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    return tmp_path


def type_in(*command: str) -> str:
    result = CliRunner().invoke(profile, command, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def params(folder: Path) -> str:
    return (folder / "params.yaml").read_text("utf-8")


def paths(name: str) -> list[str]:
    contents = load_profile(ROOT / "profiles" / f"{name}.yaml")
    return [f"{section}.{key}" for section, values in contents.set.items() for key in values]


def test_keyless_is_in_force_in_a_fresh_clone(folder: Path) -> None:
    lines = type_in("list").splitlines()
    assert [line.split()[0] for line in lines if line.startswith("*")] == ["*"]
    assert lines[0].split()[:2] == ["*", "keyless"]
    assert [line[2:].split()[0] for line in lines] == NAMES
    before = params(folder)
    assert "nothing to change" in type_in("use", "keyless")
    assert params(folder) == before


@pytest.mark.parametrize("name", OTHERS)
def test_there_and_back_again(folder: Path, name: str) -> None:
    before = params(folder)
    type_in("use", name)
    after = read_yaml(folder / "params.yaml")
    wanted = load_profile(folder / f"profiles/{name}.yaml").set
    assert all(after[section][key] == v for section, x in wanted.items() for key, v in x.items())
    lines = type_in("list").splitlines()
    assert [line.split()[1] for line in lines if line.startswith("*")] == [name]
    type_in("use", "keyless")
    assert params(folder) == before


def test_any_way_through_the_profiles_leads_back(folder: Path) -> None:
    before = params(folder)
    for name in ("vllm", "paper", "openai", "ollama", "paper", "keyless"):
        type_in("use", name)
    assert params(folder) == before


def test_values_of_ones_own_stay_and_are_told(folder: Path) -> None:
    mine = params(folder).replace("limit: null ", "limit: 20 ")
    mine = mine.replace("token_budget: 20000 ", "token_budget: 12345 ")
    (folder / "params.yaml").write_text(mine, "utf-8")
    told = type_in("use", "paper")
    assert "data.limit: 20 is your own and stays" in told
    assert "train.token_budget: 12345 is your own and stays" in told
    after = read_yaml(folder / "params.yaml")
    assert (after["data"]["limit"], after["train"]["token_budget"]) == (20, 12345)
    assert after["train"]["batch_size"] == 16
    lines = type_in("list").splitlines()
    assert [line.split()[1] for line in lines if line.startswith("*")] == ["paper"]
    type_in("use", "keyless")
    assert params(folder) == mine


def test_only_touched_lines_change(folder: Path) -> None:
    mine = params(folder).replace("gate: 0.9 ", "gate:   0.8 # mine").replace("seed: 0", "seed: 7")
    (folder / "params.yaml").write_text(mine, "utf-8")
    type_in("use", "openai")
    diff = list(difflib.ndiff(mine.splitlines(), params(folder).splitlines()))
    gone = [line[2:] for line in diff if line.startswith("- ")]
    new = [line[2:] for line in diff if line.startswith("+ ")]
    assert [line.split(":")[0].strip() for line in gone] == [
        "teacher", "annotator", "editor", "judge",
    ]  # fmt: skip
    assert len(new) == 4 * 9
    assert any(line.startswith("  editor:                             # rules") for line in new)
    assert "    sampling:" in new


def test_a_role_is_replaced_whole(folder: Path) -> None:
    type_in("use", "openai")
    type_in("use", "vllm")
    teacher = read_yaml(folder / "params.yaml")["roles"]["teacher"]
    assert "key" not in teacher
    assert "extra" not in teacher["sampling"]


def test_every_profile_sets_the_same(folder: Path) -> None:
    assert {tuple(paths(name)) for name in NAMES} == {tuple(paths("keyless"))}


def test_what_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = type_in("use", "paper").splitlines()
    assert "data.limit: null -> 12500" in out
    assert any(line.startswith("roles.teacher: {provider: recorded} -> {prov") for line in out)
    assert not any(line.startswith("roles.student") for line in out)
    assert "next: export OPENAI_API_KEY=..." in out
    assert [line.split("#")[0].strip() for line in out if "arf" in line] == [
        "next: arf doctor --endpoints",
        "next: arf estimate",
    ]
    assert out[-1] == "next: dvc repro"
    assert "estimate" not in type_in("use", "keyless")
    monkeypatch.setenv("OPENAI_API_KEY", "set")
    assert "export" not in type_in("use", "openai")


def test_show_prints_the_file(folder: Path) -> None:
    assert type_in("show", "ollama") == (folder / "profiles/ollama.yaml").read_text("utf-8")


def test_what_an_older_project_lacks_is_added(folder: Path) -> None:
    old = [line for line in params(folder).splitlines() if not line.startswith("  student:")]
    (folder / "params.yaml").write_text("\n".join(old) + "\n", "utf-8")
    assert "roles.student: not there -> {provider: local" in type_in("use", "keyless")
    student = {"provider": "local", "prompt": "prompts/teacher.yaml"}
    assert read_yaml(folder / "params.yaml")["roles"]["student"] == student


def fails(*command: str) -> str:
    with pytest.raises(ArfError) as error:
        CliRunner().invoke(profile, command, catch_exceptions=False)
    assert "\n" not in str(error.value)
    return str(error.value)


ROLE = "set:\n  roles:\n    teacher: {provider: openai, base_url: 'http://a/v1', model: m, "


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("description: d\nset: {a: [\n", "profiles/mine.yaml:3: no YAML"),
        ("description: d\nset:\n  roles: 5\n", "profiles/mine.yaml:3: set.roles: "),
        ("description: d\nset: {}\n", "profiles/mine.yaml:2: set: "),
        ("set: {a: {b: 1}}\n", "profiles/mine.yaml:1: description: Field required"),
        ("description: d\nset: {a: {b: 1}}\nuse: 1\n", "profiles/mine.yaml:3: use: "),
        ("", "profiles/mine.yaml:1: "),
        (f"description: d\n{ROLE}modle: m}}\n", "unknown parameter roles.teacher.modle"),
        (f"description: d\n{ROLE}key: sk-1}}\n", "roles.teacher: key names an environment"),
        ("description: d\nset: {train: {batch_size: 0}}\n", "train.batch_size: "),
        ("description: d\nset: {trian: {batch_size: 1}}\n", "unknown section trian (did you mean"),
    ],
)
def test_a_broken_profile_is_one_line_and_changes_nothing(
    folder: Path, text: str, message: str
) -> None:
    before = params(folder)
    (folder / "profiles/mine.yaml").write_text(text, "utf-8")
    assert message in (said := fails("use", "mine"))
    assert "profiles/mine.yaml" in said
    assert params(folder) == before
    assert {path.name for path in folder.iterdir()} == {"params.yaml", "profiles"}


def test_other_mistakes(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert fails("use", "opnai") == "profiles: no profile opnai (did you mean openai?)"
    assert "there are keyless, ollama" in fails("show", "zzz")
    assert "no profile ../params" in fails("use", "../params")
    aliased = params(folder).replace("  teacher: {provider: recorded}", "  teacher: &x {a: 1}")
    aliased = aliased.replace("  judge: {provider: rules}", "  judge: *x")
    (folder / "params.yaml").write_text(aliased, "utf-8")
    assert "roles: cannot be changed in place" in fails("use", "openai")
    (folder / "params.yaml").unlink()
    assert fails("list") == "params.yaml: no such file"
    monkeypatch.chdir(folder / "profiles")
    (folder / "profiles/params.yaml").write_text("a: 1\n", "utf-8")
    assert "in the folder of the project" in fails("list")


@pytest.mark.parametrize("name", NAMES)
def test_models_of_openai_exist(name: str) -> None:
    from typing import get_args

    from openai.types.shared.chat_model import ChatModel

    roles: dict[str, Any] = load_profile(ROOT / f"profiles/{name}.yaml").set["roles"]
    at_openai = [r for r in roles.values() if "api.openai.com" in r.get("base_url", "")]
    assert all(role["model"] in get_args(ChatModel) for role in at_openai)
