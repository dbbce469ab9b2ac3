"""How well an editor did, counted from the edits that outputs carry."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from arf.records import Edit, Output
from arf.stats import rate, rounded

OTHER_CHECKS_EXEMPT = {"answered", "fewer", "gone"}


def success(
    pairs: Iterable[tuple[Output, Output]], round_name: str, codes: Sequence[str]
) -> dict[str, dict[str, Any]]:
    """Counts the edits of a round.

    Args:
        pairs: each output of the round after its parent's output.
        round_name: the round.
        codes: the codes that it was to clear.

    Returns:
        By code: `flagged`; `attempted` (the editor gave a text); `editor_success`, the share of
        those whose target error was gone, whatever else the guard said; `kept`, `reverted`,
        `unanswered`; `collateral`, attempts that did other damage; `untouched_changed`, outputs
        that the code did not flag and whose text no kept edit explains.
    """
    counts: dict[str, Counter[str]] = {code: Counter() for code in codes}
    for parent, output in pairs:
        own = [edit for edit in output.edits if edit.round == round_name]
        text = parent.text
        for edit in own:
            text = edit.after or "" if edit.verdict == "kept" else text
            if edit.code in counts:
                counts[edit.code].update(_outcomes(edit))
        if text != output.text:
            flagged = {edit.code for edit in own}
            for code in codes:
                counts[code]["untouched_changed"] += code not in flagged
    return {code: _figures(counts[code]) for code in codes}


def _outcomes(edit: Edit) -> Iterator[str]:
    yield "flagged"
    yield edit.verdict
    if edit.after is None:
        return
    yield "attempted"
    if edit.checks.get("gone", False):
        yield "gone"
    if not all(ok for name, ok in edit.checks.items() if name not in OTHER_CHECKS_EXEMPT):
        yield "damaged"


def _figures(count: Counter[str]) -> dict[str, Any]:
    attempted, damaged = count["attempted"], count["damaged"]
    return {
        "flagged": count["flagged"],
        "attempted": attempted,
        "editor_success": rate(count["gone"], attempted),
        "kept": count["kept"],
        "reverted": count["reverted"],
        "unanswered": count["unanswered"],
        "collateral": {
            "n": damaged,
            "rate": rounded(damaged / attempted) if attempted else None,
        },
        "untouched_changed": count["untouched_changed"],
    }
