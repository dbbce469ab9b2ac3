from collections.abc import Iterator

from fake_audit import CODES, PHRASES, make_label, make_pairs, rules_labels, small_taxonomy
from memory import peak

from arf.audit_page.examples import SHOWN, examples
from arf.records import Annotation, Case, Finding, Output

PAIRS = make_pairs("botchat")
TODAY = small_taxonomy().hashes(frozenset(CODES), "botchat")
CODE = "inferred_sentiment"
HAVE_IT = [output for _, output in PAIRS if PHRASES[CODE] in output.text]


def drawn(people: list[Annotation], machine: list[Annotation]) -> dict:
    return examples(lambda: people, lambda: machine, PAIRS, TODAY)


def test_people_come_first_and_the_annotator_fills_up() -> None:
    one = make_label(HAVE_IT[5], "A", [CODE])
    shown = drawn([one], rules_labels(PAIRS))[CODE]
    assert [example.annotator for example in shown] == ["A", "rules"]
    assert len({example.id for example in shown}) == SHOWN


def test_two_people_on_one_output_are_one_example() -> None:
    labels = [make_label(HAVE_IT[0], who, [CODE]) for who in "ABC"]
    assert len(drawn(labels, [])[CODE]) == 1


def test_labels_of_the_past_show_nothing() -> None:
    label = make_label(HAVE_IT[0], "A", [CODE])
    for changes in (
        {"text_sha256": "old"},
        {"taxonomy": {CODE: "old"}},
        {"status": "unscored"},
        {"id": "gone"},
    ):
        assert drawn([label.model_copy(update=changes)], []) == {}


def test_many_outdated_labels_of_people_leave_the_annotator_its_place() -> None:
    old = [make_label(output, "A", [CODE], text_sha256="old") for output in HAVE_IT]
    shown = drawn(old, rules_labels(PAIRS))[CODE]
    assert [example.annotator for example in shown] == ["rules", "rules"]


def test_labels_with_a_span_come_before_those_without() -> None:
    bare = [make_label(output, "A", [CODE], errors=(Finding(code=CODE),)) for output in HAVE_IT[:9]]
    placed = make_label(HAVE_IT[9], "A", [CODE])
    shown = drawn([*bare, placed], [])[CODE]
    assert shown[0].id == placed.id
    assert any(piece.code == CODE for piece in shown[0].pieces)
    assert not any(piece.code for piece in shown[1].pieces)


def test_what_anybody_called_an_identifier_is_masked_in_text_case_and_note() -> None:
    exposed = Finding(code="exposed_identifier", span="KX7PQ2", start=41)
    output = HAVE_IT[0]
    note = Finding(code=CODE, span=PHRASES[CODE], note="why not kx7pq2?")
    mine = make_label(output, "A", [CODE], errors=(note,))
    theirs = make_label(output, "rules", [CODE], errors=(exposed,))
    (shown,) = drawn([mine], [theirs])[CODE]
    assert "KX7PQ2" not in str(shown).upper()
    assert shown.note == "why not XXXXXX?"
    assert "My code is XXXXXX" in shown.case


def test_memory_does_not_grow_with_outputs_and_labels() -> None:
    text = f"{'word ' * 200}{PHRASES[CODE]}"

    def outputs(count: int) -> Iterator[Output]:
        return (
            Output(id=str(i), channel="botchat", source="r0", text=text, provider="p")
            for i in range(count)
        )

    def run(count: int) -> None:
        examples(
            lambda: iter(()),
            lambda: (make_label(output, "rules", [CODE]) for output in outputs(count)),
            (
                (Case(id=output.id, channel="botchat", split="train", text=text), output)
                for output in outputs(count)
            ),
            TODAY,
        )

    few, many = (peak(lambda n=n: run(n)) for n in (50, 1000))
    assert many < few + 50_000
