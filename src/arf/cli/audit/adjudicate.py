"""`arf audit disagreements` and `arf audit adjudicate`: what people differ on, and how it ends."""

from pathlib import Path
from typing import Annotated

import typer

from arf.audit.collect import everybody
from arf.audit.gather import gather
from arf.audit.params import AuditParams
from arf.channels import Channels, read_pairs
from arf.cli.audit.faults import refuse
from arf.errors import ArfError
from arf.labelling.adjudication import (
    Labelled,
    decides,
    disagreements_on,
    read_verdicts,
    write_disagreements,
)
from arf.labelling.items import Item
from arf.labels import GOLD, rewrite
from arf.params import load_section
from arf.progress import say
from arf.records import Annotation
from arf.rounds import TEACHER
from arf.taxonomy import Taxonomy, load_taxonomy


def disagreements(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="A new .xlsx or .csv.")],
) -> None:
    """List what people disagree on, a row an output and code, for them to talk about.

    Fill in `verdict` (yes or no, of a rating 1 to 5), the right words and the reason; then
    arf audit adjudicate OUT. What was decided before stands in the list already.
    """
    if out.exists():
        raise ArfError(f"{out}: is there already, perhaps with verdicts; name another file")
    params = load_section("audit", AuditParams)
    labelled = _of_two(params, load_taxonomy())
    count = write_disagreements(out, labelled.values())
    say(f"{out}: {count} disagreements on {len(labelled)} outputs that two people or more labelled")
    if count:
        say("next: write yes, no or, of a rating, 1 to 5 under verdict, and why under reason;")
        say(f"      then arf audit adjudicate {out}")


def adjudicate(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The list, with verdicts.")],
) -> None:
    """Make `gold` of what was decided, with the reasons.

    Gold goes before everybody's labels wherever it says something. It is written anew each time,
    from all labels and this file. A file that leaves open what gold has decided, such as a list
    from before, is refused.
    """
    params = load_section("audit", AuditParams)
    taxonomy = load_taxonomy()
    labelled = _of_two(params, taxonomy)
    checked = read_verdicts(file, labelled, taxonomy)
    refuse(file, checked.faults)
    pairs = list(zip(labelled.values(), checked.labels, strict=True))
    lost = sum(
        decides(one.gold, code) and not decides(gold, code)
        for one, gold in pairs
        for code in disagreements_on(one)
    )
    if lost:
        raise ArfError(
            f"{file}: leaves open {lost} disagreements that {params.labels / GOLD} has decided; "
            "take a list that holds those verdicts (arf audit disagreements NEW), or delete that "
            "folder to decide anew"
        )
    decided = [label for label in checked.labels if label.taxonomy or label.rating is not None]
    kept = {label.channel for label in decided}
    for path in (params.labels / GOLD).glob("*.jsonl"):
        if path.stem not in kept:
            path.unlink()
    rewrite(params.labels, GOLD, decided)
    undecided = sum(
        not decides(gold, code) for one, gold in pairs for code in disagreements_on(one)
    )
    say(f"{params.labels / GOLD}: {len(decided)} outputs, {undecided} disagreements open")
    say("next: dvc repro audit")


def _of_two(params: AuditParams, taxonomy: Taxonomy) -> dict[str, Labelled]:
    """Returns the outputs that two people or more have labelled, by key of their item.

    Raises:
        ArfError: there is none.
    """
    channels = load_section("channels", Channels).root
    everyone = everybody(channels, params.model_copy(update={"people": None}))
    found: dict[str, Labelled] = {}
    for channel, labels in everyone.items():
        wanted = {label.id for label in labels}
        pairs = {case.id: (case, output) for case, output in read_pairs(TEACHER, [channel])
                 if case.id in wanted}  # fmt: skip
        outputs = {item: output for item, (_, output) in pairs.items()}
        for item, own in gather(labels, outputs, channel, taxonomy).by_item().items():
            people = [label for label in own if label.annotator != GOLD]
            if len(people) > 1:
                one = Labelled(Item(*pairs[item]), people, _gold(own))
                found[one.item.key] = one
    if not found:
        raise ArfError(
            "no output has labels of two people yet: arf annotate --as NAME, for each of them"
        )
    return found


def _gold(labels: list[Annotation]) -> Annotation | None:
    return next((label for label in labels if label.annotator == GOLD), None)
