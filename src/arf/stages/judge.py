"""Judge a source's outputs on the test cases: `python -m arf.stages.judge SOURCE`."""

from functools import partial
from itertools import chain

from arf.annotate.providers import AnnotatorRole, open_annotator
from arf.channels import Channels, count_cases, read_pairs, write_by_channel
from arf.files import read_records, write_json
from arf.judge import headline, summarize
from arf.layout import METRICS, annotations
from arf.llm.account import account
from arf.llm.endpoint import LlmParams
from arf.params import load_section
from arf.records import Annotation
from arf.stages import run
from arf.taxonomy import load_taxonomy


def main(source: str) -> None:
    role = load_section("roles.judge", AnnotatorRole)
    channels = load_section("channels", Channels).root
    taxonomy = load_taxonomy()
    paths = {channel: annotations("judge", source, channel) for channel in channels}
    llm = load_section("llm", LlmParams)
    expected = partial(count_cases, channels, "test")
    with account(f"judge-{source}", llm, expected=expected) as spending:
        judge = open_annotator(role, "judge", taxonomy, spending)
        test = (item for item in read_pairs(source, channels) if item[0].split == "test")
        write_by_channel(judge.annotate(test), channels, paths.__getitem__)
    metrics = {
        channel: summarize(read_records(path, Annotation), list(taxonomy.codes))
        for channel, path in paths.items()
    }
    everywhere = chain.from_iterable(read_records(path, Annotation) for path in paths.values())
    write_json(METRICS / "judge" / f"{source}.json", metrics)
    write_json(METRICS / "summary" / f"{source}.json", headline(everywhere))


if __name__ == "__main__":
    run(main)
