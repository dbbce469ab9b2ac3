"""How fast outputs are annotated and revised, from cold: `python benchmarks/revise.py`.

Each measurement is a fresh process that makes the outputs, imports and loads what it needs, and
is timed from the first output on: seconds of the processor, so on one core. A round annotates what
it is given; where r2 follows r1 in the same process, it is given r1's outputs as they come.
"""

from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from time import process_time

from rules import corpus_parser, made, verdict

from arf.annotate.rules import RulesAnnotator
from arf.records import Output
from arf.revise.cascade import revise
from arf.revise.rules import RulesEditor
from arf.taxonomy import load_taxonomy

SPEED = 500  # outputs a second
CHAINS = (("r1",), ("r1", "r2"))


def seconds(rounds: Sequence[str], family: str, n: int, seed: int) -> float:
    """Returns what the rounds, one after the other, take for so many outputs."""
    taxonomy = load_taxonomy()
    annotator, editor = RulesAnnotator(taxonomy), RulesEditor(taxonomy)
    rows = [(case, output) for case, output, _ in made(family, n, seed)]
    cases = [case for case, _ in rows]
    outputs: Iterable[Output] = [output for _, output in rows]
    start = process_time()
    for name in rounds:
        codes = [code for code, found in taxonomy.codes.items() if found.round == name]
        pairs = zip(cases, outputs, strict=True)
        outputs = revise(pairs, name, codes, annotator, editor, taxonomy)
    for _ in outputs:
        pass
    return process_time() - start


def main() -> None:
    args = corpus_parser(__doc__).parse_args()
    for rounds in CHAINS:
        with ProcessPoolExecutor(1, get_context("spawn")) as pool:
            taken = pool.submit(seconds, rounds, args.family, args.n, args.seed).result()
        speed = args.n / taken
        found = f"{speed:6.0f} outputs/s, wanted {SPEED}: {verdict(speed, SPEED)}"
        print(f"{' + '.join(rounds):8} {found}", flush=True)


if __name__ == "__main__":
    main()
