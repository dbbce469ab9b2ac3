import pytest
from memory import peak

from arf.annotate.mock import MockAnnotator
from arf.audit.params import AuditParams, Least
from arf.audit.sample import draw, stratify
from arf.audit.summary import audit, training_ids
from arf.files import sha256_text
from arf.records import Annotation, Finding


def params_of(**fields: object) -> AuditParams:
    least = Least(sensitivity=0.8, specificity=0.8)
    return AuditParams(**{"per_channel": 60, "seed": 0, "labels": "l", "least": least} | fields)


def drawn_of(pairs, size: int = 60, **fields: object):
    params = params_of(**fields)
    strata = stratify((case for case, _ in pairs), params.strata)
    return draw(lambda: pairs, strata, size, params)


@pytest.fixture
def pairs(make_case, make_output):
    return [
        (
            make_case(str(i), split="test" if i % 4 == 0 else "train"),
            make_output(str(i), "SAD" if i % 2 else "fine"),
        )
        for i in range(400)
    ]


def test_the_draw_is_random_seeded_and_of_training_outputs(pairs) -> None:
    drawn = drawn_of(pairs)
    ids = [int(case.id) for case, _ in drawn]
    assert len(ids) == 60
    assert ids == sorted(ids)
    assert {case.split for case, _ in drawn} == {"train"}
    assert drawn == drawn_of(pairs)
    assert drawn != drawn_of(pairs, seed=1)
    assert len(drawn_of(pairs, 1000)) == 300


def test_the_draw_is_unbiased(pairs) -> None:
    """Two thirds of the training outputs are sad; so are those of many draws."""
    shares = [
        sum(o.text == "SAD" for _, o in drawn_of(pairs, seed=seed)) / 60 for seed in range(60)
    ]
    assert abs(sum(shares) / len(shares) - 2 / 3) < 0.03


def test_prevalence_by_the_annotator(pairs, taxonomy) -> None:
    annotator = MockAnnotator({"inferred_sentiment": "SAD"})
    labels = list(annotator.annotate(drawn_of(pairs)))
    figures = audit(labels, [], (), "botchat", taxonomy)
    sad = figures["prevalence"]["inferred_sentiment"]
    assert (figures["n"], figures["basis"]) == (60, "mock")
    assert sad["lo"] < 2 / 3 < sad["hi"]
    assert figures["prevalence"]["wrong_outcome"] is None


def label(item: str, who: str, *codes: str, status: str = "scored") -> Annotation:
    return Annotation(
        id=item, channel="botchat", source="r0", text_sha256=sha256_text(item), annotator=who,
        taxonomy={"inferred_sentiment": "1", "wrong_outcome": "2"}, status=status,
        errors=tuple(Finding(code=code) for code in codes),
    )  # fmt: skip


def test_people_come_before_rules(taxonomy) -> None:
    people = [
        label("a", "A", "inferred_sentiment"), label("a", "B"),
        label("b", "A"), label("b", "B"),
        label("c", "A", "wrong_outcome", "wrong_outcome"),
        label("d", "A", "wrong_outcome", status="unscored"),
    ]  # fmt: skip
    figures = audit([label("a", "rules")], people, "abcd", "botchat", taxonomy)
    assert (figures["n"], figures["basis"]) == (3, "people")
    assert figures["prevalence"]["inferred_sentiment"]["rate"] == 0.333333
    assert figures["prevalence"]["wrong_outcome"]["rate"] == 0.333333
    (measured,) = figures["agreement"]["inferred_sentiment"].values()
    assert (measured["n"], measured["observed"]) == (2, 0.5)


def test_an_empty_audit_is_null_not_zero(taxonomy) -> None:
    figures = audit([], [], (), "botchat", taxonomy)
    assert (figures["n"], figures["basis"]) == (0, None)
    assert set(figures["prevalence"].values()) == {None}


def test_labels_of_test_cases_choose_nothing(taxonomy) -> None:
    people = [label("a", "A", "inferred_sentiment"), label("b", "A")]
    figures = audit([], people, {"b"}, "botchat", taxonomy)
    assert (figures["n"], figures["prevalence"]["inferred_sentiment"]["rate"]) == (1, 0)
    figures = audit([label("c", "rules")], people, set(), "botchat", taxonomy)
    assert (figures["n"], figures["basis"]) == (1, "rules")


def test_only_labelled_training_cases_are_remembered(make_case) -> None:
    cases = [make_case("a"), make_case("b", split="test"), make_case("c")]
    labels = [label("a", "A"), label("b", "A"), label("a", "B"), label("gone", "A")]
    assert training_ids(cases, labels) == {"a"}


def test_memory_does_not_grow_with_the_outputs(make_case, make_output) -> None:
    def stream(count: int):
        return ((make_case(str(i), "word " * 200), make_output(str(i))) for i in range(count))

    def drawn(count: int):
        strata = stratify((case for case, _ in stream(count)), None)
        return draw(lambda: stream(count), strata, 10, params_of())

    few, many = (peak(lambda n=n: drawn(n)) for n in (200, 5000))
    assert many < few + 50_000
