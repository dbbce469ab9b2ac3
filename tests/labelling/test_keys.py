from arf.labelling.keys import RESERVED, letters


def test_letters_are_of_the_titles_and_each_once(taxonomy) -> None:
    keys = letters((name, code.title) for name, code in taxonomy.codes.items())
    assert keys["wrong_outcome"] == "w"
    assert keys["inferred_sentiment"] == "i"
    assert len(set(keys.values())) == len(taxonomy.codes)
    assert not RESERVED & set(keys.values())


def test_a_reserved_letter_is_passed_over() -> None:
    assert letters([("a", "Sum")]) == {"a": "m"}


def test_titles_in_other_scripts_get_what_is_free_and_the_last_codes_none() -> None:
    assert letters([("a", "Ошибка"), ("b", "")]) == {"a": "a", "b": "b"}
    keys = letters((str(i), "A") for i in range(40))
    assert len(keys) == len(set(keys.values())) == 26 - len(RESERVED)
