"""Examples of every error, from people's labels first, as people may see them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from arf.files import sha256_text
from arf.pages.masking import EXPOSED, Piece, mask, pieces
from arf.records import Annotation, Case, Output

SHOWN = 2  # of a code and channel
_CANDIDATES = 8  # of which some may be of texts that have changed since


@dataclass(frozen=True)
class Shown:
    """An output with one error in it.

    Attributes:
        id: of its case.
        annotator: who found the error.
        pieces: the output's text, cut at the error's spans.
        case: what the output is of.
        note: what the annotator says of the error.
    """

    id: str
    annotator: str
    pieces: tuple[Piece, ...]
    case: str
    note: str | None


Labels = Callable[[], Iterable[Annotation]]
_Key = tuple[bool, str, str]


def examples(
    people: Labels,
    machine: Labels,
    pairs: Iterable[tuple[Case, Output]],
    today: Mapping[str, str],
) -> dict[str, list[Shown]]:
    """Draws one or two examples of each code on one channel.

    Those with a span come first, then those of the smallest hash of the id, so that nobody picks.
    Labels and outputs are streamed: memory grows with neither.

    Args:
        people: streams people's labels of the channel, anew at each call.
        machine: streams the annotator's, likewise; they are shown where people's are wanting.
        pairs: the outputs with their cases.
        today: the hash of each code's definition; labels of another one are not shown.

    Returns:
        By code, in the order of `today`; codes without an example are left out.
    """
    found = [_candidates(labels(), today) for labels in (people, machine)]
    ids = {label.id for by_code in found for labels in by_code.values() for label in labels}
    exposed: dict[str, set[str]] = {}
    for label in (one for labels in (people, machine) for one in labels()):
        if label.id in ids:
            spans = {error.span for error in label.errors if error.code == EXPOSED and error.span}
            exposed.setdefault(label.id, set()).update(spans)
    texts = {case.id: (case, output) for case, output in pairs if case.id in ids}
    shown = {}
    for code in today:
        kept: dict[str, Shown] = {}
        for label in (one for by_code in found for one in by_code.get(code, ())):
            case, output = texts.get(label.id, (None, None))
            if len(kept) < SHOWN and label.id not in kept and case and output and label.of(output):
                kept[label.id] = _shown(code, label, case, output, frozenset(exposed[label.id]))
        if kept:
            shown[code] = list(kept.values())
    return shown


def _candidates(
    labels: Iterable[Annotation], today: Mapping[str, str]
) -> dict[str, list[Annotation]]:
    best: dict[str, dict[_Key, Annotation]] = {}
    for label in labels:
        for code in label.codes() if label.status == "scored" else ():
            if label.taxonomy.get(code) != today.get(code, ""):
                continue
            placed = any(error.code == code and error.span for error in label.errors)
            own = best.setdefault(code, {})
            item, who = sha256_text(label.id), sha256_text(f"{label.annotator}:{label.id}")
            own[not placed, item, who] = label
            if len(own) > _CANDIDATES:
                del own[max(own)]
    return {code: [own[key] for key in sorted(own)] for code, own in best.items()}


def _shown(
    code: str, label: Annotation, case: Case, output: Output, exposed: frozenset[str]
) -> Shown:
    errors = tuple(error for error in label.errors if error.code == code)
    notes = dict.fromkeys(error.note for error in errors if error.note)
    return Shown(
        case.id,
        label.annotator,
        pieces(output.text, label.model_copy(update={"errors": errors}), exposed),
        mask(case.body(), exposed),
        mask("; ".join(notes), exposed) if notes else None,
    )
