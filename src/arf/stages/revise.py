"""Revise the outputs of a round's parent: `python -m arf.stages.revise ROUND`."""

from arf.annotate.providers import AnnotatorRole, open_annotator
from arf.channels import Channels
from arf.files import read_json, read_records, write_json, write_records
from arf.layout import METRICS, cases, outputs, recorded_edits, targets
from arf.params import load_section
from arf.records import Case, Output, pair
from arf.revise.cascade import revise
from arf.revise.providers import EditorRole, open_editor
from arf.rounds import Round
from arf.stages import run
from arf.success import success
from arf.taxonomy import load_taxonomy


def main(name: str) -> None:
    parent = load_section(f"rounds.{name}", Round).parent
    role = load_section("roles.editor", EditorRole)
    taxonomy = load_taxonomy()
    annotator = open_annotator(load_section("roles.annotator", AnnotatorRole), taxonomy)
    metrics = {}
    for channel in load_section("channels", Channels).root:
        codes = read_json(targets(channel))[name]
        editor = open_editor(role, taxonomy, recorded_edits(channel))
        before = outputs(parent, channel)
        after = outputs(name, channel)
        stream = pair(read_records(cases(channel), Case), read_records(before, Output))
        write_records(after, revise(stream, name, codes, annotator, editor, taxonomy))
        pairs = zip(read_records(before, Output), read_records(after, Output), strict=True)
        metrics[channel] = success(pairs, name, codes)
    write_json(METRICS / "revise" / f"{name}.json", metrics)


if __name__ == "__main__":
    run(main)
