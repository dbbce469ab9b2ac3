"""Audit a sample of the teacher's outputs: `python -m arf.stages.audit`."""

from functools import partial

from arf.annotate.providers import AnnotatorRole, open_annotator
from arf.audit.params import AuditParams
from arf.audit.sample import Drawn, draw, stratify
from arf.audit.summary import audit, training_ids
from arf.channels import Channels, count_cases, read_cases, read_pairs, write_by_channel
from arf.files import read_records, write_json
from arf.layout import METRICS, annotations, people
from arf.llm.account import account
from arf.llm.endpoint import LlmParams
from arf.params import load_section
from arf.records import Annotation
from arf.rounds import TEACHER
from arf.stages import run
from arf.taxonomy import load_taxonomy


def main() -> None:
    params = load_section("audit", AuditParams)
    role = load_section("roles.annotator", AnnotatorRole)
    channels = load_section("channels", Channels).root
    taxonomy = load_taxonomy()
    metrics = {}

    def expected() -> int:
        return sum(min(params.width(role), count_cases([name], "train")) for name in channels)

    def drawn_of(channel: str) -> list[Drawn]:
        strata = stratify(read_cases([channel]), params.strata)
        return draw(lambda: read_pairs(TEACHER, [channel]), strata, params.width(role), params)

    with account("audit", load_section("llm", LlmParams), expected=expected) as spending:
        annotator = open_annotator(role, "annotator", taxonomy, spending)
        drawn = ((one.case, one.output) for name in channels for one in drawn_of(name))
        path = partial(annotations, "audit", TEACHER)
        write_by_channel(annotator.annotate(drawn), channels, path)
    for channel in channels:
        labels = list(read_records(path(channel), Annotation))
        by_people = list(read_records(people(channel), Annotation))
        training = training_ids(read_cases([channel]), by_people)
        metrics[channel] = audit(labels, by_people, training, channel, taxonomy)
    write_json(METRICS / "audit.json", metrics)


if __name__ == "__main__":
    run(main)
