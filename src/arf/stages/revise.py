"""Revise the outputs of a round's parent: `python -m arf.stages.revise ROUND`."""

from arf.annotate.providers import AnnotatorRole, open_annotator
from arf.channels import Channels, read_pairs
from arf.files import read_json, read_records, write_json, write_records
from arf.layout import METRICS, outputs, recorded_edits, targets
from arf.llm.account import account
from arf.llm.endpoint import LlmParams
from arf.params import load_section
from arf.records import Output
from arf.revise.cascade import revise
from arf.revise.providers import EditorRole, open_editor, window_of
from arf.rounds import Round
from arf.stages import run
from arf.success import success
from arf.taxonomy import load_taxonomy


def main(name: str) -> None:
    parent = load_section(f"rounds.{name}", Round).parent
    annotates = load_section("roles.annotator", AnnotatorRole)
    edits = load_section("roles.editor", EditorRole)
    channels = load_section("channels", Channels).root
    taxonomy = load_taxonomy()
    window = window_of(annotates.root, edits.root)
    metrics = {}
    with account(f"revise-{name}", load_section("llm", LlmParams)) as spending:
        annotator = open_annotator(annotates, "annotator", taxonomy, spending)
        editor = open_editor(edits, "editor", taxonomy, recorded_edits, spending)
        for channel in channels:
            codes = read_json(targets(channel))[name]
            before = outputs(parent, channel)
            after = outputs(name, channel)
            stream = read_pairs(parent, [channel])
            write_records(after, revise(stream, name, codes, annotator, editor, taxonomy, window))
            pairs = zip(read_records(before, Output), read_records(after, Output), strict=True)
            metrics[channel] = success(pairs, name, codes)
    write_json(METRICS / "revise" / f"{name}.json", metrics)


if __name__ == "__main__":
    run(main)
