"""What people are asked to label: the drawn outputs, blinded and shuffled."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from arf.audit.params import AuditParams
from arf.audit.sample import Pairs, draw, stratify
from arf.files import sha256_text
from arf.records import Annotation, Case, Output, Subject


@dataclass(frozen=True)
class Item:
    """An output to label.

    Attributes:
        case: its case.
        output: the output. Who wrote it is not for people's eyes.
        shown: another annotator's labels, where they are shown beforehand.
    """

    case: Case
    output: Output
    shown: Annotation | None = None

    @property
    def key(self) -> str:
        """What the item is called before people: it gives no system away, and fits no other text.

        An output that has changed since has another key.
        """
        output = self.output
        parts = (output.source, output.channel, output.id, sha256_text(output.text))
        return sha256_text("\0".join(parts))[:16]

    @property
    def name(self) -> Subject:
        """What a label of this item is about."""
        output = self.output
        return (output.source, output.channel, output.id, sha256_text(output.text))


def draw_items(
    channels: Sequence[str], read: Callable[[Sequence[str]], Pairs], params: AuditParams
) -> list[Item]:
    """Draws the outputs to label, of all channels, in an order that says nothing.

    The order is the same for all, so that people who stop half-way have labelled the same items.

    Args:
        channels: the channels.
        read: streams the teacher's outputs of some channels with their cases, anew at each call.
        params: the `audit` section.
    """
    items = []
    for channel in channels:
        strata = stratify((case for case, _ in read([channel])), params.strata)
        drawn = draw(lambda name=channel: read([name]), strata, params.per_channel, params)  # type: ignore[misc]
        items += [Item(case, output) for case, output in drawn]
    return shuffle(items, params.seed)


def shuffle(items: Iterable[Item], seed: int) -> list[Item]:
    """Returns items in an order that says nothing, and is the same for all."""
    return sorted(items, key=lambda item: sha256_text(f"order:{seed}:{item.key}"))


def show(
    items: Iterable[Item], labels: Iterable[Annotation], share: float, seed: int
) -> list[Item]:
    """Attaches another annotator's labels to a seeded share of the items, for people to see.

    The rest is left bare, so that it can be told how far those who see are led by what they see.
    """
    by_name = {label.about: label for label in labels if label.status == "scored"}
    return [
        Item(item.case, item.output, by_name.get(item.name))
        if int(sha256_text(f"shown:{seed}:{item.key}")[:8], 16) < share * 0x1_0000_0000
        else item
        for item in items
    ]
