import re
from html.parser import HTMLParser
from typing import Any

import pytest
from fake_audit import (
    BLIND,
    CODES,
    TITLES,
    make_audit,
    make_block,
    make_label,
    make_page,
    make_pairs,
    people_labels,
)

from arf.audit_page.page import render, tint

VOID = {"meta", "br", "link", "input", "img", "hr", "path", "use", "rect"}


@pytest.fixture(scope="module")
def html() -> str:
    return render(make_page(make_audit(), synthetic=True))


def of(labels: Any, **changes: Any) -> str:
    return render(make_page({"botchat": make_block(labels=labels, **changes)}, examples={}))


def part(html: str, heading: str) -> str:
    return html.split(f"<h2>{heading}</h2>")[1].split("<h2>", maxsplit=1)[0]


def row_of(section: str, title: str) -> str:
    return section.split(f'<th scope="row">{title}</th>')[1].split("</tr>", maxsplit=1)[0]


def warned(html: str) -> list[str]:
    found = re.search(r'<ul class="warnings">(.*?)</ul>', html, re.DOTALL)
    return re.findall(r"<li>(.*?)</li>", found[1]) if found else []


def test_the_page_is_well_formed_and_needs_nothing(html: str) -> None:
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
    checker.feed(html)
    assert checker.open == []
    assert "<script" not in html
    assert not re.search(r"\bsrc=|(?<!xlink:)href=", html)
    addresses = set(re.findall(r'https?://[^"\s<)]+', html))
    assert all(one.startswith("http://www.w3.org/") for one in addresses)
    for svg in re.findall(r"<svg[^>]*>", html):
        assert 'role="img" aria-label="' in svg


def test_the_page_is_the_same_twice(html: str) -> None:
    assert render(make_page(make_audit(), synthetic=True)) == html


def test_every_part_is_there(html: str) -> None:
    assert re.findall(r"<h2>(.*?)</h2>", html) == [
        "How often each error occurs",
        "Over time",
        "Do annotators agree?",
        "Can the annotators that are no people be trusted?",
        "What will be fixed",
        "Examples",
    ]
    assert "SYNTHETIC DATA" in html
    assert "SYNTHETIC" not in render(make_page(make_audit()))


def test_one_paragraph_says_what_was_found(html: str) -> None:
    said = re.findall(r'<p class="verdict">(.*?)</p>', html)[0].replace("\N{NO-BREAK SPACE}", " ")
    share = make_audit()["botchat"]["prevalence"]["inferred_sentiment"]
    lo, hi = round(100 * share["lo"]), round(100 * share["hi"])
    assert said.startswith("On botchat A and B labelled 30 of 40 outputs to train on. Most freq")
    assert f"Inferred sentiment in {100 * share['rate']:.0f} % ({lo} to {hi} %)" in said
    assert "To be fixed: Inferred sentiment in r1. On webform" in said


def test_the_method_is_named_beside_each_figure(html: str) -> None:
    block = make_audit()["botchat"]
    assert block["prevalence"]["inferred_sentiment"]["method"] == "post_stratified"
    row = row_of(part(html, "How often each error occurs"), "Inferred sentiment")
    assert "stratified by the annotator&#39;s verdict" in row
    assert row.count(" %") == 6  # the estimate, the sample's own and Rogan-Gladen's, with bounds
    assert "<strong>Rogan-Gladen</strong>: The cheap annotator finds and misses" in html
    assert "<strong>Clopper-Pearson</strong>" not in html


def test_an_annotator_below_the_thresholds_comes_first(html: str) -> None:
    title = TITLES[BLIND]
    assert warned(html)[0].startswith(
        f"botchat: rules is below audit.least at {title}: sensitivity 0.00 (0.00 to 0.43) under 0.8"
    )
    assert "Before you rely on it" in html.split("<h2>", maxsplit=1)[0]
    table = part(html, "Can the annotators that are no people be trusted?")
    assert table.count("below: sensitivity 0.00") == 2


def test_nothing_is_warned_of_where_nothing_is_wrong() -> None:
    good = [code for code in CODES if code != BLIND]
    labels = [
        make_label(output, who, good) for who in "AB" for _, output in make_pairs("botchat")[:30]
    ]
    page = of(labels)
    assert warned(page) == []
    assert "Before you rely on it" not in page


def test_old_labels_are_told() -> None:
    labels = people_labels(make_pairs("botchat")[:30])
    for i in range(5):
        hashes = labels[i].taxonomy | {"inferred_sentiment": "old"}
        labels[i] = labels[i].model_copy(update={"taxonomy": hashes})
    for i in range(30, 33):
        labels[i] = labels[i].model_copy(update={"text_sha256": "old"})
    told = warned(of(labels))
    assert any("A were made under an old definition: Inferred sentiment (5)" in one for one in told)
    assert any("3 labels by B are outdated: the text has changed since" in one for one in told)


def test_gold_without_the_labels_that_it_came_of() -> None:
    page = of(people_labels(make_pairs("botchat")[:30], ["gold"]))
    assert "On botchat gold labelled" in page
    assert not any("no person has labelled" in one for one in warned(page))


def test_one_annotator_alone() -> None:
    page = of(people_labels(make_pairs("botchat")[:30], ["A"]))
    assert any("only A has labelled" in one for one in warned(page))
    header = part(page, "Do annotators agree?").split("</thead>")[0]
    assert re.findall(r'<th scope="col">(.*?)</th>', header) == ["error", "A, rules"]


def test_nobody_at_all() -> None:
    page = of([])
    assert any("no person has labelled an output" in one for one in warned(page))
    assert "On botchat the annotator rules labelled 40 of 40 outputs" in page
    assert "The figures are the word of the annotator rules, and how often it errs" in page
    assert not re.search(r"<small>(\d+) to \1 %", page)
    assert "counted: every output was labelled, by the annotator alone" in page
    assert "<strong>by the annotator alone</strong>: The annotator is right" in page
    assert "Nobody looked for: Wrong outcome." in page
    assert "there is one" in part(page, "Do annotators agree?")
    assert "Can the annotators that are no people be trusted?" not in page


def test_an_audit_of_nothing() -> None:
    block = make_block(labels=[], count=0)
    page = render(make_page({"botchat": block}, examples={}))
    assert "nobody has labelled an output, so nothing is known" in page
    assert "Nothing is known." in page


def test_a_code_never_seen_still_has_an_interval(html: str) -> None:
    row = row_of(part(html, "How often each error occurs"), "Wrong outcome")
    assert "0 % <small>0 to 3 %</small>" in row


def test_undefined_agreement_says_why(html: str) -> None:
    section = part(html, "Do annotators agree?")
    row = row_of(section, "Wrong outcome")
    assert 'α <span title="all answers are the same' in row
    assert row.count("no output on which both looked for it") == 2  # of the rules with A and with B
    assert "is missing: " in section
    assert "nan" not in section.lower()


@pytest.mark.parametrize(
    ("value", "colour"),
    [
        (None, "transparent"),
        (1.0, "rgb(59 130 196 / 0.65)"),
        (0.0, "rgb(59 130 196 / 0.00)"),
        (-1.0, "rgb(196 80 59 / 0.65)"),
    ],
)
def test_colours_of_the_heat_map(value: float | None, colour: str) -> None:
    assert tint(value) == colour


def test_strata_where_there_are_several(html: str) -> None:
    assert "By stratum" not in html
    page = of(None, field="fields.product")
    assert re.search(r'<th scope="row">desk</th><td>20</td><td>15</td>', page)


def test_all_people_are_compared_together_first() -> None:
    labels = people_labels(make_pairs("botchat")[:10], ["A", "B", "C"])
    header = part(of(labels), "Do annotators agree?").split("</thead>")[0]
    assert re.findall(r'<th scope="col">(.*?)</th>', header) == [
        "error", "all people", "A, B", "A, C", "B, C", "A, rules", "B, rules", "C, rules",
    ]  # fmt: skip


def test_anchoring_where_somebody_saw_labels(html: str) -> None:
    assert "Are people led" not in html
    labels = [
        label.model_copy(update={"seen": "rules" if i % 2 else None})
        for i, label in enumerate(people_labels(make_pairs("botchat")[:30]))
    ]
    section = part(of(labels), "Are people led by what they are shown?")
    assert '<th scope="row">rules</th><td>botchat</td>' in section


def test_targets_and_why(html: str) -> None:
    section = part(html, "What will be fixed")
    assert section.count("<strong>chosen</strong>") == 2
    assert "too rare: lower bound 1.2 % under 2 %" in section.replace("\N{NO-BREAK SPACE}", " ")
    assert "nobody could assess it" in section
    assert "      botchat: [inferred_sentiment]\n" in section
    by_hand = render(make_page(make_audit(), by_hand=frozenset({"r1"})))
    assert by_hand.count("chosen: listed in params.yaml") == 2


def test_examples_are_marked_and_masked(html: str) -> None:
    section = part(html, "Examples")
    title = "The customer was delighted."
    assert f'<mark title="inferred_sentiment">{title}</mark>' in section
    assert "labelled by A" in section
    assert "nobody says so in XXXXXXXX, by A" in section
    assert "12345678" not in html
    assert "ann@example" not in html


def test_markup_in_names_and_texts_is_text() -> None:
    evil = "<script>alert(1)</script>"
    labels = [
        label.model_copy(update={"annotator": evil})
        for label in people_labels(make_pairs("botchat")[:10], ["A"])
    ]
    page = of(labels)
    assert "<script" not in page
    assert "&lt;script&gt;" in page
