"""Audit a sample of the teacher's outputs: `python -m arf.stages.audit`."""

from functools import partial

from arf.annotate.providers import AnnotatorRole, open_annotator
from arf.audit.collect import Looked, everybody, label_path
from arf.audit.params import AuditParams
from arf.audit.sample import check_field
from arf.audit.summary import summarize
from arf.audit_words import warnings
from arf.channels import Channels, count_cases, write_by_channel
from arf.files import write_json
from arf.layout import METRICS
from arf.llm.account import account
from arf.llm.endpoint import LlmParams
from arf.params import load_section
from arf.progress import say
from arf.stages import run
from arf.taxonomy import load_taxonomy


def main() -> None:
    params = load_section("audit", AuditParams)
    roles = params.roles(load_section("roles.annotator", AnnotatorRole))
    channels = load_section("channels", Channels).root
    taxonomy = load_taxonomy()
    labels = everybody(channels, params)
    looked = [Looked.at(name, labels[name], params) for name in channels]
    check_field(channel.strata for channel in looked)

    def expected() -> int:
        return sum(
            min(params.width(role), count_cases([name], "train"))
            for role in roles.values()
            for name in channels
        )

    with account("audit", load_section("llm", LlmParams), expected=expected) as spending:
        for name, role in roles.items():
            annotator = open_annotator(role, name, taxonomy, spending)
            size = params.width(role)
            pairs = (pair for channel in looked for pair in channel.pairs(size, params))
            write_by_channel(annotator.annotate(pairs), channels, partial(label_path, name))
    metrics = {}
    for channel in looked:
        metrics[channel.name] = summarize(channel.load([*roles], taxonomy), params, taxonomy)
    write_json(METRICS / "audit.json", metrics)
    for warning in warnings(metrics, {}):
        say(warning)


if __name__ == "__main__":
    run(main)
