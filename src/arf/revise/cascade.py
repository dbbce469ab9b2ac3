"""One revision round: code after code, only what is flagged, every edit checked."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from arf.annotate import Annotator
from arf.errors import ArfError
from arf.records import Annotation, Case, Edit, Output
from arf.revise import Answer, Editor, Request
from arf.revise.guard import REASONS, check
from arf.taxonomy import Taxonomy

WINDOW = 512  # outputs that go through the round together


class _Labelled(NamedTuple):
    """An output with what the annotator says of its text as it stands now."""

    case: Case
    output: Output
    label: Annotation


def revise(
    pairs: Iterable[tuple[Case, Output]],
    round_name: str,
    codes: Sequence[str],
    annotator: Annotator,
    editor: Editor,
    taxonomy: Taxonomy,
    window: int | None = WINDOW,
) -> Iterator[Output]:
    """Streams the outputs of a round.

    For each code in turn the annotator flags outputs, the editor rewrites the flagged ones, and
    the annotator reads the result: an edit that passes every check of the guard is kept, else
    the text stays as it was. An output that no code flags comes out as it went in. Each text is
    annotated once: the label of an edited text serves the codes that follow.

    Args:
        pairs: the parent's outputs with their cases.
        round_name: the round, which is also the new source.
        codes: the codes to clear, in order.
        annotator: who flags and checks.
        editor: who rewrites.
        taxonomy: the definitions of the codes.
        window: how many outputs go through the round together, held in memory; null for all.

    Raises:
        ArfError: the annotator cannot find one of the codes.
    """
    for code in codes:
        if code not in annotator.codes:
            raise ArfError(
                f"rounds.{round_name}: the annotator {annotator.name} cannot find {code}; take the "
                "code out of the round or choose another roles.annotator"
            )
    stream = iter(pairs)
    while together := list(islice(stream, window)):
        cases = [case for case, _ in together]
        outputs = [
            output.model_copy(
                update={"source": round_name, "parent": output.source, "provider": editor.name}
            )
            for _, output in together
        ]
        rows = _label(annotator, cases, outputs)
        for code in codes:
            _clear(code, rows, round_name, annotator, editor, taxonomy)
        yield from (row.output for row in rows)


def _label(annotator: Annotator, cases: list[Case], outputs: list[Output]) -> list[_Labelled]:
    labels = annotator.annotate(zip(cases, outputs, strict=True))
    return [_Labelled(*row) for row in zip(cases, outputs, labels, strict=True)]


def _clear(
    code: str,
    rows: list[_Labelled],
    round_name: str,
    annotator: Annotator,
    editor: Editor,
    taxonomy: Taxonomy,
) -> None:
    """Has the outputs that a code flags rewritten, in place."""
    flagged = [i for i, row in enumerate(rows) if code in row.label.codes()]
    requests = []
    for i in flagged:
        case, output, label = rows[i]
        findings = tuple(error for error in label.errors if error.code == code)
        requests.append(Request(case, output, round_name, code, findings))
    answers = list(editor.revise(requests))
    edited = {
        i: rows[i].output.model_copy(update={"text": answer.text})
        for i, answer in zip(flagged, answers, strict=True)
        if answer.text is not None
    }
    relabelled = dict(
        zip(
            edited,
            _label(annotator, [rows[i].case for i in edited], list(edited.values())),
            strict=True,
        )
    )
    for i, answer in zip(flagged, answers, strict=True):
        before, after = rows[i], relabelled.get(i)
        checks: dict[str, bool] = {}
        if after is not None:
            texts = (before.output.text, after.output.text)
            checks = check(taxonomy.codes[code], code, before.label, after.label, texts)
        edit = _edit(round_name, code, before.output.text, answer, editor.name, checks)
        kept = after if after is not None and edit.verdict == "kept" else before
        edits = (*before.output.edits, edit)
        rows[i] = kept._replace(output=kept.output.model_copy(update={"edits": edits}))


def _edit(
    round_name: str, code: str, before: str, answer: Answer, provider: str, checks: dict[str, bool]
) -> Edit:
    failed = next((name for name in REASONS if not checks.get(name, True)), None)
    if answer.text is None:
        verdict, reason = "unanswered", answer.reason
    elif failed:
        verdict, reason = "reverted", answer.reason or REASONS[failed]
    else:
        verdict, reason = "kept", None
    return Edit(
        round=round_name,
        code=code,
        before=before,
        after=answer.text,
        provider=provider,
        prompt_sha256=answer.prompt_sha256,
        checks=checks,
        verdict=verdict,
        reason=reason,
    )
