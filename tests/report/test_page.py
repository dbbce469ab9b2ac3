import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from fake_project import CODES, CONTRASTS, RATES, UNSEEN, make_project, make_report

from arf.files import read_json
from arf.pages.masking import Piece
from arf.report.examples import Answer, Example
from arf.report.figures import picture
from arf.report.page import Report, outcome, render, verdict

VOID = {"meta", "br", "link", "input", "img", "hr", "path", "use", "rect"}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_project(tmp_path_factory.mktemp("project"), 12)


@pytest.fixture(scope="module")
def report(project: Path) -> Report:
    return make_report(read_json(project / "metrics/comparison.json"))


@pytest.fixture(scope="module")
def page(project: Path) -> str:
    return (project / "metrics/report.html").read_text()


def row(diff: float, p: float) -> dict[str, float]:
    return {"n": 9, "diff": diff, "lo": diff - 1, "hi": diff + 1, "p": p, "p_holm": p}


@pytest.mark.parametrize(
    ("rating", "errors", "expected"),
    [
        (row(1, 0.01), row(-1, 0.01), "better"),
        (row(1, 0.01), row(-1, 0.2), "better"),
        (row(1, 0.2), row(-1, 0.01), "better"),
        (row(-1, 0.01), row(0, 1), "worse"),
        (row(0, 1), row(1, 0.01), "worse"),
        (row(1, 0.01), row(1, 0.01), "mixed"),
        (row(1, 0.06), row(-1, 0.05), "undecided"),
        (None, row(-1, 0.01), "better"),
        (None, None, "undecided"),
    ],
)
def test_outcome(rating: dict | None, errors: dict | None, expected: str) -> None:
    assert outcome({"rating": rating, "errors_per_case": errors}) == expected


def test_verdict_sorts_the_contrasts() -> None:
    block = {"rating": None}
    comparison = {
        "synthetic": False,
        "contrasts": {
            "r1_vs_r0": {"all": block | {"errors_per_case": row(-1.5, 0.001)}},
            "r2_vs_r1": {"all": block | {"errors_per_case": row(-0.1, 0.4)}},
            "Student_vs_r1": {"all": block | {"errors_per_case": row(0.5, 0.01)}},
        },
    }
    text = verdict(comparison)
    assert text.startswith("On 9 test cases, judged in pairs. ")
    assert "Better: r1 than r0 (−1.50 errors per case). " in text
    assert "Worse: Student than r1 (+0.50 errors per case). " in text
    assert "Too close to tell: r2 against r1. " in text


@pytest.mark.parametrize(
    ("contrasts", "expected"),
    [
        ({}, "name the contrasts"),
        ({"a_vs_b": {"all": {"rating": None, "errors_per_case": None}}}, "nothing can be said"),
    ],
)
def test_verdict_of_nothing(contrasts: dict, expected: str) -> None:
    assert expected in verdict({"synthetic": False, "contrasts": contrasts})


def test_page_is_well_formed(page: str) -> None:
    class Checker(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.open: list[str] = []

        def handle_starttag(self, tag: str, attrs: object) -> None:
            if tag not in VOID:
                self.open.append(tag)

        def handle_endtag(self, tag: str) -> None:
            if tag not in VOID:
                assert self.open.pop() == tag

    checker = Checker()
    checker.feed(page)
    assert checker.open == []


def test_page_shows_every_part(page: str) -> None:
    headings = re.findall(r"<h2>(.*?)</h2>", page)
    assert headings == [
        "Results",
        "Errors by code",
        "Contrasts",
        "Audit of the teacher",
        "Revision",
        "Training",
        "Side by side",
    ]
    for source in RATES:
        assert f'<th scope="row">{source}</th>' in page
    for a, b in CONTRASTS:
        assert f"{a} − {b}" in page
    assert page.count("<svg") == 2 + len(CODES) - 1
    assert "Not assessed by this judge: wrong outcome." in page
    assert "is also who flagged the errors" in page


def test_rates_by_code_stand_in_a_row_a_source(report: Report, page: str) -> None:
    section = page.split("<h2>Errors by code</h2>")[1].split("</table>", maxsplit=1)[0]
    seen = [code for code in CODES if code not in UNSEEN]
    assert re.findall(r'<th scope="col">(.*?)</th>', section) == [
        "source", *(report.titles[code] for code in seen)
    ]  # fmt: skip
    for source, scopes in report.comparison["sources"].items():
        row = section.split(f'<th scope="row">{source}</th>')[1].split("</tr>")[0]
        shown = [int(value) for value in re.findall(r"<td>(\d+) %", row)]
        rates = scopes["all"]["error_rate"]
        assert shown == [round(100 * rates[code]["rate"]) for code in seen]


def test_page_needs_no_network(page: str) -> None:
    addresses = set(re.findall(r'https?://[^"\s<)]+', page))
    assert {one for one in addresses if not one.startswith("http://www.w3.org/")} == set()
    assert "<script" not in page
    assert not re.search(r"\bsrc=", page)
    targets = re.findall(r'(?<!xlink:)href="([^"]*)"', page)
    assert targets == ["audit.html"]  # beside it, wherever both are kept
    assert all(target.startswith("#") for target in re.findall(r'xlink:href="([^"]*)"', page))


def test_a_judge_below_the_thresholds_is_named_with_its_figures(report: Report, page: str) -> None:
    code = "unsupported detail"
    assert f"misses what <code>audit.least</code> asks for at {code}: do not rely" in page
    figure = page.split(f"<h3>{code} <span")[1].split("</figure>", maxsplit=1)[0]
    assert "Not to be relied on. rules on botchat: sensitivity 0.00 (0.00 to 0.43)" in figure
    assert page.count("Not to be relied on") == 1
    results = page.split("<h2>Results</h2>")[1].split("<h2>", maxsplit=1)[0]
    assert "audit.least" in results
    assert "the annotator that flags errors and checks edits" in page
    other = render(replace(report, judges=["a model"]))
    assert "Not to be relied on" not in other
    assert "audit.least" not in other.split("<h2>Results</h2>")[1].split("<h2>")[0]


def test_the_audit_is_short_and_leads_to_its_page(page: str) -> None:
    section = page.split("<h2>Audit of the teacher</h2>")[1].split("<h2>", maxsplit=1)[0]
    assert section.count("<table>") == 1
    assert 'href="audit.html"' in section
    assert "botchat: rules is below audit.least at unsupported detail" in section


def test_page_masks_identifiers(page: str) -> None:
    assert "parcel XXXXXXXX came late" in page
    for secret in ("12345678", "7946", "ann@example"):
        assert secret not in page


def test_same_page_twice(report: Report, page: str) -> None:
    assert render(report) == page


def test_synthetic_data_say_so(report: Report, page: str) -> None:
    assert "SYNTHETIC DATA" in page
    assert "made-up cases" in page
    real = render(replace(report, comparison={**report.comparison, "synthetic": False}))
    assert "SYNTHETIC" not in real
    assert "made-up" not in real


def test_markup_in_texts_is_text(report: Report) -> None:
    evil = "<script>alert(1)</script>"
    answer = Answer("r0", (Piece(evil, "x"),), None, ("<b>",))
    page = render(replace(report, examples=[Example("<i>", "c", evil, (answer,))]))
    assert "<script>" not in page
    assert page.count("&lt;script&gt;") == 2
    assert "&lt;i&gt;" in page


def test_a_report_of_little(report: Report) -> None:
    comparison = {"synthetic": False, "sources": {}, "contrasts": {}}
    page = render(Report(comparison, report.titles, "a model", "rules"))
    assert "name the contrasts" in page
    assert "is also who flagged" not in page


@pytest.mark.parametrize("suffix", [".png", ".svg"])
def test_picture(report: Report, tmp_path: Path, suffix: str) -> None:
    paths = [tmp_path / f"{name}{suffix}" for name in ("a", "b")]
    for path in paths:
        picture(report.comparison, path)
    first, second = (path.read_bytes() for path in paths)
    assert first == second
    assert len(first) > 5000
    assert {path.name for path in tmp_path.iterdir()} == {path.name for path in paths}


@pytest.mark.filterwarnings("error")
def test_a_picture_of_nothing(tmp_path: Path) -> None:
    block = {"all": {"rating": None, "errors_per_case": None}}
    picture({"synthetic": False, "sources": {"r0": block}}, tmp_path / "a.png")
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


def test_a_picture_that_fails_leaves_the_old_one(
    report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"old")

    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        picture(report.comparison, path)
    assert [one.name for one in tmp_path.iterdir()] == ["a.png"]
    assert path.read_bytes() == b"old"
