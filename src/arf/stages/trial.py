"""Try every candidate fix on held-out outputs: `python -m arf.stages.trial`."""

from arf.annotate.providers import AnnotatorRole, open_annotator
from arf.channels import Channels, read_pairs
from arf.files import write_json
from arf.layout import METRICS, recorded_edits
from arf.llm.account import account
from arf.llm.endpoint import LlmParams
from arf.params import load_section
from arf.revise.providers import EditorRole, open_editor, window_of
from arf.rounds import TEACHER, Round, check
from arf.stages import run
from arf.taxonomy import load_taxonomy
from arf.trial import TrialParams, trial


def main() -> None:
    params = load_section("trial", TrialParams)
    rounds = load_section("rounds", dict[str, Round])
    channels = load_section("channels", Channels).root
    annotates = load_section("roles.annotator", AnnotatorRole)
    own = load_section("roles.editor", EditorRole)
    taxonomy = load_taxonomy()
    check(rounds, channels, taxonomy)
    metrics: dict[str, dict[str, object]] = {}
    with account("trial", load_section("llm", LlmParams)) as spending:
        annotator = open_annotator(annotates, "annotator", taxonomy, spending)
        for name, (role, edits) in params.candidates(own).items():
            editor = open_editor(edits, role, taxonomy, recorded_edits, spending)
            window = window_of(annotates.root, edits.root)
            metrics[name] = {}
            for channel in channels:
                stream = read_pairs(TEACHER, [channel])
                heldout = [item for item in stream if item[0].split == "heldout"]
                metrics[name][channel] = trial(
                    heldout, channel, rounds, annotator, editor, taxonomy, params.gate, window
                )
    write_json(METRICS / "trial.json", metrics)


if __name__ == "__main__":
    run(main)
