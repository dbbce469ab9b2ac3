"""What people said that no code says: which words count as a remark."""

from pathlib import Path

from arf.records import UNLISTED, Annotation, Finding
from arf.taxonomy import load_taxonomy
from arf.upkeep.remarks import Remark, content, remarks

TAXONOMY = load_taxonomy(Path(__file__).parents[2] / "prompts/taxonomy.yaml")
SAD = "inferred_sentiment"


def label(*errors: Finding, note: str | None = None, who: str = "A", item: str = "a") -> Annotation:
    return Annotation(
        id=item, channel="botchat", source="r0", text_sha256="x", annotator=who, taxonomy={},
        errors=errors, note=note,
    )  # fmt: skip


def told(*labels: Annotation) -> list[tuple[str | None, str, str]]:
    return [(one.code, one.note, one.span) for one in remarks(labels, TAXONOMY)]


def test_words_without_a_code_and_notes_on_the_whole_are_remarks() -> None:
    unlisted = Finding(code=UNLISTED, span="Kindly note", start=0, note="too stiff")
    bare = Finding(code=UNLISTED, span="Kindly note", start=20)
    assert told(label(unlisted, bare, note="reads like an advert")) == [
        (None, "reads like an advert", ""),
        (None, "too stiff", "Kindly note"),
        (None, "", "Kindly note"),
    ]


def test_a_note_on_a_code_counts_where_it_says_more_than_the_code() -> None:
    """ "satisfaction" and "ascribed" stand in the definition; "news" does not."""
    same = Finding(code=SAD, span="was glad", note="satisfaction ascribed to somebody")
    more = Finding(code=SAD, span="took it well", note="ascribed to the news")
    assert told(label(same, more)) == [(SAD, "ascribed to the news", "took it well")]


def test_what_two_people_say_alike_of_one_place_is_one_remark() -> None:
    stiff = Finding(code=UNLISTED, span="Kindly note", note="too stiff")
    assert len(told(label(stiff), label(stiff, who="B"))) == 1
    assert len(told(label(stiff), label(stiff, item="b"))) == 2


def test_what_has_no_word_of_content_is_no_remark() -> None:
    empty = Finding(code=UNLISTED, note="it is - 17!")
    assert told(label(empty, note="  "), label(Finding(code=UNLISTED))) == []


def test_a_code_that_the_taxonomy_lost_is_a_remark_all_the_same() -> None:
    assert told(label(Finding(code="gone", span="x", note="odd words")))[0][0] == "gone"


def test_negations_have_content() -> None:
    assert content("It was NOT in the customer's bill.") == ["not", "customer", "bill"]


def test_a_remark_reads_as_one_line() -> None:
    assert str(Remark("botchat", None, "too\nstiff", "Kindly  note")) == 'too stiff: "Kindly note"'
    assert str(Remark("botchat", None, "", "Kindly")) == '"Kindly"'


def test_reasons_of_verdicts_are_no_remarks() -> None:
    said = label(Finding(code=UNLISTED, span="Leila", note="spelt wrong"), note="odd")
    gold = said.model_copy(update={"annotator": "gold", "note": "rating: we talked"})
    assert told(gold) == []
    assert told(said, gold) == told(said) != []
