from labels_of import label

from arf.audit.anchoring import anchoring


def shown(*found: str) -> dict:
    return {"rules": {i: label(i, "rules", *found) for i in "abcdefgh"}}


def test_those_who_saw_agree_more() -> None:
    people = [label(i, "A", "inferred_sentiment", seen="rules") for i in "abcd"]
    people += [label(i, "A", "wrong_outcome") for i in "efg"]
    people += [label("h", "A", "inferred_sentiment")]
    found = anchoring(people, shown("inferred_sentiment"))["rules"]
    assert (found["saw"]["n"], found["saw"]["rate"]) == (4, 1.0)
    assert (found["bare"]["n"], found["bare"]["rate"]) == (4, 0.25)
    assert found["difference"]["diff"] == 0.75
    assert found["difference"]["lo"] > 0


def test_codes_that_one_could_not_assess_do_not_count() -> None:
    rules = {"rules": {"a": label("a", "rules", taxonomy={"inferred_sentiment": "1"})}}
    found = anchoring([label("a", "A", "wrong_outcome", seen="rules")], rules)["rules"]
    assert found["saw"]["rate"] == 1.0
    assert found["difference"] is None


def test_nobody_saw_anything() -> None:
    assert anchoring([label("a", "A")], shown()) == {}


def test_what_another_annotator_showed_is_no_bare_output() -> None:
    people = [label("a", "A", seen="rules"), label("b", "A", seen="model"), label("c", "A")]
    found = anchoring(people, shown())
    assert [found[who]["bare"]["n"] for who in ("model", "rules")] == [0, 1]
    assert found["model"]["difference"] is None


def test_people_who_saw_nothing_of_it_are_no_measure() -> None:
    people = [label("a", "A", seen="rules"), label("b", "A"), label("c", "B"), label("d", "B")]
    people += [label("a", "gold", seen="rules"), label("b", "gold")]
    found = anchoring(people, shown())["rules"]
    assert (found["saw"]["n"], found["bare"]["n"]) == (1, 1)
