"""One revision round: code after code, only what is flagged, every edit checked."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from arf.annotate import Annotator
from arf.errors import ArfError
from arf.records import Annotation, Case, Edit, Output
from arf.revise import Answer, Editor, Request
from arf.revise.guard import REASONS, check
from arf.taxonomy import Taxonomy

WINDOW = 512


def revise(
    pairs: Iterable[tuple[Case, Output]],
    round_name: str,
    codes: Sequence[str],
    annotator: Annotator,
    editor: Editor,
    taxonomy: Taxonomy,
) -> Iterator[Output]:
    """Streams the outputs of a round.

    For each code in turn the annotator flags outputs, the editor rewrites the flagged ones, and
    the annotator reads the result: an edit that passes every check of the guard is kept, else
    the text stays as it was. An output that no code flags comes out as it went in.

    Args:
        pairs: the parent's outputs with their cases.
        round_name: the round, which is also the new source.
        codes: the codes to clear, in order.
        annotator: who flags and checks.
        editor: who rewrites.
        taxonomy: the definitions of the codes.

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
    while window := list(islice(stream, WINDOW)):
        cases = [case for case, _ in window]
        outputs = [
            output.model_copy(
                update={"source": round_name, "parent": output.source, "provider": editor.name}
            )
            for _, output in window
        ]
        for code in codes:
            step = _Step(round_name, code, annotator, editor, taxonomy)
            outputs = step.run(cases, outputs)
        yield from outputs


class _Step:
    """One code over one window of outputs."""

    def __init__(
        self,
        round_name: str,
        code: str,
        annotator: Annotator,
        editor: Editor,
        taxonomy: Taxonomy,
    ) -> None:
        self.round = round_name
        self.code = code
        self.annotator = annotator
        self.editor = editor
        self.definition = taxonomy.codes[code]

    def run(self, cases: list[Case], outputs: list[Output]) -> list[Output]:
        labels = list(self.annotator.annotate(zip(cases, outputs, strict=True)))
        flagged = [i for i, label in enumerate(labels) if self.code in label.codes()]
        requests = [
            Request(
                case=cases[i],
                output=outputs[i],
                round=self.round,
                code=self.code,
                findings=tuple(e for e in labels[i].errors if e.code == self.code),
            )
            for i in flagged
        ]
        answers = list(self.editor.revise(requests))
        edited = [
            request.output.model_copy(update={"text": answer.text or ""})
            for request, answer in zip(requests, answers, strict=True)
        ]
        relabelled = self.annotator.annotate(zip((cases[i] for i in flagged), edited, strict=True))
        revised = list(outputs)
        for i, answer, label in zip(flagged, answers, relabelled, strict=True):
            edit = self._edit(outputs[i], answer, labels[i], label)
            text = edit.after if edit.verdict == "kept" else outputs[i].text
            revised[i] = outputs[i].model_copy(
                update={"text": text, "edits": (*outputs[i].edits, edit)}
            )
        return revised

    def _edit(self, output: Output, answer: Answer, before: Annotation, after: Annotation) -> Edit:
        checks: dict[str, bool] = {}
        if answer.text is not None:
            texts = (output.text, answer.text)
            checks = check(self.definition, self.code, before, after, texts)
        failed = next((name for name, passed in checks.items() if not passed), None)
        if answer.text is None:
            verdict, reason = "unanswered", answer.reason
        elif failed:
            verdict, reason = "reverted", answer.reason or REASONS[failed]
        else:
            verdict, reason = "kept", None
        return Edit(
            round=self.round,
            code=self.code,
            before=output.text,
            after=answer.text,
            provider=self.editor.name,
            prompt_sha256=answer.prompt_sha256,
            checks=checks,
            verdict=verdict,
            reason=reason,
        )
