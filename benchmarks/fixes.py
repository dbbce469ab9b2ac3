"""Whether fixes work on planted errors: `python benchmarks/fixes.py --family b`.

Makes outputs with planted errors, annotates and revises them with the rules of
`prompts/taxonomy.yaml`, round after round, and lets `arf.planted`, which knows no detector, judge
what became of each error. `gone of flagged` is what fixers answer for: of the planted errors whose
code was flagged in their output, those that are gone. How fast it goes is `benchmarks/revise.py`.
"""

from itertools import islice

from rich.console import Console
from rich.table import Table
from rules import corpus_parser, made

from arf.annotate.rules import RulesAnnotator
from arf.planted import Fixes
from arf.revise.cascade import revise
from arf.revise.rules import RulesEditor
from arf.taxonomy import load_taxonomy

GONE = {"r1": 0.97, "r2": 0.92}
GONE_OF = ("gone", "gone_of_flagged")
WINDOW = 512


def run(family: str, n: int, seed: int) -> tuple[Fixes, dict[str, str]]:
    taxonomy = load_taxonomy()
    annotator, editor = RulesAnnotator(taxonomy), RulesEditor(taxonomy)
    rounds = {name: code.round for name, code in taxonomy.codes.items() if code.round}
    fixes = Fixes(rounds)
    stream = made(family, n, seed)
    while window := list(islice(stream, WINDOW)):
        cases, outputs = [case for case, _, _ in window], [output for _, output, _ in window]
        for name in sorted(set(rounds.values())):
            codes = [code for code, of in rounds.items() if of == name]
            pairs = zip(cases, outputs, strict=True)
            outputs = list(revise(pairs, name, codes, annotator, editor, taxonomy))
        for (_, before, truth), output in zip(window, outputs, strict=True):
            fixes.add(truth, before.text, output)
    return fixes, rounds


def percent(share: dict[str, float | None]) -> str:
    if share["rate"] is None:
        return "-"
    return f"{100 * share['rate']:.1f} ({100 * share['lo']:.1f}-{100 * share['hi']:.1f})"


def verdict(met: bool) -> str:
    return "[green]met[/green]" if met else "[red]missed[/red]"


def met(rate: float | None, round_name: str) -> str:
    return verdict(rate is not None and rate >= GONE[round_name])


def show(fixes: Fixes, rounds: dict[str, str], console: Console) -> None:
    table = Table(title="planted errors, % with the 95 % interval")
    for name in ("channel", "code", "round", "planted", "flagged", "gone", "", "gone of flagged",
                 "", "edits", "none planted", "refused", "facts lost", "faults left"):  # fmt: skip
        table.add_column(name, overflow="fold")
    for (channel, code), tally in sorted(fixes.tallies.items()):
        found = tally.figures()
        gone, of_flagged = (met(found[name]["rate"], rounds[code]) for name in GONE_OF)
        reasons = "; ".join(f"{count} {why}" for why, count in tally.refused.most_common(3))
        faults = "; ".join(f"{count} {kind}" for kind, count in tally.leftovers.most_common())
        table.add_row(
            channel, code, rounds[code], str(tally.planted), percent(found["flagged"]),
            percent(found["gone"]), gone, percent(found["gone_of_flagged"]), of_flagged,
            str(tally.kept), str(tally.alarms), reasons or "0", str(tally.lost), faults or "0",
        )  # fmt: skip
    console.print(table)
    tallies = fixes.tallies.values()
    lost = sum(tally.lost for tally in tallies)
    faults = sum(sum(tally.leftovers.values()) for tally in tallies)
    console.print(
        f"{fixes.rows} outputs, {fixes.changed} changed",
        f"changed though nothing was flagged: {fixes.unflagged_changed} "
        f"{verdict(not fixes.unflagged_changed)}",
        f"changed though nothing was planted: {fixes.false_alarms}",
        f"facts lost: {lost} {verdict(not lost)}",
        f"faults of form left: {faults} {verdict(not faults)}",
        f"words of the clean texts lost: {fixes.words_lost} of {fixes.words}",
        sep="\n",
    )


def main() -> None:
    args = corpus_parser(__doc__).parse_args()
    show(*run(args.family, args.n, args.seed), Console(width=200))


if __name__ == "__main__":
    main()
