"""How well an editor did, counted from the edits that outputs carry."""

from collections.abc import Iterable, Sequence
from typing import Any

from arf.records import Edit, Output
from arf.stats import wilson

OTHER_CHECKS_EXEMPT = {"answered", "gone"}


def rate(count: int, n: int) -> dict[str, float | None]:
    """Returns a share with its 95 % Wilson interval; the share of nothing is null."""
    interval = wilson(count, n)
    return {"rate": count / n if n else None, "lo": interval.lo, "hi": interval.hi}


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
    edits: dict[str, list[Edit]] = {code: [] for code in codes}
    untouched_changed = dict.fromkeys(codes, 0)
    for parent, output in pairs:
        own = [edit for edit in output.edits if edit.round == round_name]
        text = parent.text
        for edit in own:
            text = edit.after or "" if edit.verdict == "kept" else text
            if edit.code in edits:
                edits[edit.code].append(edit)
        if text != output.text:
            flagged = {edit.code for edit in own}
            for code in codes:
                untouched_changed[code] += code not in flagged
    return {code: _count(edits[code], untouched_changed[code]) for code in codes}


def _count(edits: list[Edit], untouched_changed: int) -> dict[str, Any]:
    attempted = [edit for edit in edits if edit.after is not None]
    gone = sum(edit.checks.get("gone", False) for edit in attempted)
    damaged = sum(
        not all(ok for name, ok in edit.checks.items() if name not in OTHER_CHECKS_EXEMPT)
        for edit in attempted
    )
    verdicts = [edit.verdict for edit in edits]
    return {
        "flagged": len(edits),
        "attempted": len(attempted),
        "editor_success": rate(gone, len(attempted)),
        "kept": verdicts.count("kept"),
        "reverted": verdicts.count("reverted"),
        "unanswered": verdicts.count("unanswered"),
        "collateral": {
            "n": damaged,
            "rate": damaged / len(attempted) if attempted else None,
        },
        "untouched_changed": untouched_changed,
    }
