"""Choose the codes that each round clears: `python -m arf.stages.targets`."""

from arf.channels import Channels
from arf.files import read_json, write_json
from arf.layout import METRICS, targets
from arf.params import load_section
from arf.rounds import Round
from arf.stages import run
from arf.targets import TargetsParams, choose, chosen
from arf.taxonomy import load_taxonomy


def main() -> None:
    params = load_section("targets", TargetsParams)
    rounds = load_section("rounds", dict[str, Round])
    editor = load_section("roles.editor.provider", str)
    taxonomy = load_taxonomy()
    audit = read_json(METRICS / "audit.json")
    trials = read_json(METRICS / "trial.json")[editor]
    metrics = {}
    for channel in load_section("channels", Channels).root:
        prevalence = audit[channel]["prevalence"]
        reasons = choose(params, rounds, channel, prevalence, trials[channel], taxonomy)
        write_json(targets(channel), chosen(reasons))
        metrics[channel] = reasons
    write_json(METRICS / "targets.json", metrics)


if __name__ == "__main__":
    run(main)
