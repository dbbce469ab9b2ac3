"""One annotation of Label Studio, read as what a person gave."""

from collections.abc import Mapping, Sequence
from typing import Any

from arf.labelling.label_studio import config
from arf.labelling.label_studio.offsets import find_region, showable

_LISTS = ("labels", "choices", "text")


def read_answers(
    annotation: Mapping[str, Any], text: str, before: Mapping[str, Any]
) -> tuple[dict[str, Any], list[str]]:
    """Returns what a person gave, as `arf.labelling.drafts.read_draft` takes it, and the faults.

    Args:
        annotation: of Label Studio.
        text: the output's.
        before: what the annotation was made of at the export, empty where a person began it. It
            keeps what Label Studio has no field for: the order of errors, notes on errors without
            a place, whose labels were seen, and the definitions.
    """
    results = annotation.get("result")
    if not isinstance(results, list) or not all(map(_is_result, results)):
        return {}, ["its results cannot be read; export from Label Studio anew, as JSON"]
    faults: list[str] = []
    spans = _spans(results, text, faults)
    whole = [choice for one in _named(results, config.WHOLE) for choice in _list(one, "choices")]
    kept = {name: before[name] for name in ("seen", "taxonomy") if name in before}
    answers = kept | {
        "rating": _rating(results, faults),
        "errors": _in_order(spans, whole, before.get("errors", [])),
        "note": _words(_named(results, config.NOTE)),
        "skipped": _skipped(annotation, _words(_named(results, config.SKIP)), before),
    }
    return answers, faults


def _is_result(one: Any) -> bool:
    """Says whether a result has what is read of it: a value, its lists lists of texts."""
    return (
        isinstance(one, dict)
        and isinstance(one.get("value"), dict)
        and all(isinstance(word, str) for name in _LISTS for word in _list(one, name))
    )


def _list(result: Mapping[str, Any], name: str) -> list[str]:
    found = result["value"].get(name)
    return found if isinstance(found, list) else [] if found is None else [found]


def _named(results: Sequence[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    return [one for one in results if one.get("from_name") == name]


def _words(results: Sequence[dict[str, Any]]) -> str | None:
    """Returns what was written into a field, submissions as lines; null if there is none."""
    found = [words for one in results for words in _list(one, "text")]
    return "\n".join(found) if found else None


def _skipped(
    annotation: Mapping[str, Any], words: str | None, before: Mapping[str, Any]
) -> str | None:
    """Returns why the person could not say, null where the person could."""
    if words is not None and (words.strip() or words == before.get("skipped")):
        return words
    return "skipped in Label Studio" if annotation.get("was_cancelled") else None


def _rating(results: Sequence[dict[str, Any]], faults: list[str]) -> int | None:
    found = [choice for one in _named(results, config.RATING) for choice in _list(one, "choices")]
    if not found:
        return None
    if len(found) > 1 or found[0] not in {"1", "2", "3", "4", "5"}:
        faults.append(f"the rating {', '.join(found)!r} is none of 1 to 5; choose one")
        return None
    return int(found[0])


def _spans(results: Sequence[dict[str, Any]], text: str, faults: list[str]) -> list[dict[str, Any]]:
    """Returns the marked errors, one for each code of a region."""
    spans = []
    for one in _named(results, config.ERRORS):
        place = find_region(one["value"], showable(text))
        if place is None:
            marked = one["value"].get("text")
            faults.append(
                f"the region {marked!r} at {one['value'].get('start')} is of another text: the "
                "output has no such words there, nor just once elsewhere; mark them anew"
            )
            continue
        marked = text[slice(*place)]
        codes = _list(one, "labels")
        if not codes:
            faults.append(f"the region {marked!r} has no code; give it one or delete it")
        of_region = [why for why in _named(results, config.WHY) if why.get("id") == one.get("id")]
        note = _words(of_region)
        spans += [{"code": code, "span": marked, "start": place[0], "note": note} for code in codes]
    return spans


def _in_order(
    spans: Sequence[dict[str, Any]], whole: Sequence[str], before: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Returns the errors in the order that they had before, new ones last."""
    errors = []
    fresh = list(spans)
    for old in before:
        if old.get("span") is None:
            if old.get("code") in whole:
                errors.append(dict(old))
            continue
        for new in fresh:
            if all(new[name] == old.get(name) for name in ("code", "span", "start")):
                errors.append(new)
                fresh.remove(new)
                break
    placeless = {error["code"] for error in errors if error.get("span") is None}
    added = [code for code in dict.fromkeys(whole) if code not in placeless]
    nowhere = {"span": None, "start": None, "note": None}
    return [*errors, *fresh, *({"code": code, **nowhere} for code in added)]
