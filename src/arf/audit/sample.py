"""Which outputs are looked at: a seeded draw, spread over the values of a field of the cases."""

import heapq
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from arf.audit.params import AuditParams
from arf.errors import ArfError
from arf.files import sha256_text
from arf.records import Case, Output

ALL = "all"  # the one stratum of a simple random sample
NONE = "(none)"
OTHER = "(other)"
_MOST = 12  # strata; the rarer values of a field are one together
_LEAST = 2  # drawn of each stratum: of one alone no spread can be told

Pairs = Iterable[tuple[Case, Output]]


class Strata(NamedTuple):
    """The strata of one channel's training outputs: how many each holds, and by which field.

    A value of the field that is no name here belongs to `OTHER`.
    """

    field: str | None
    population: Mapping[str, int]

    def of(self, case: Case) -> str:
        """Returns the stratum of a case."""
        value = _value(case, self.field)
        return value if value in self.population else OTHER


def _value(case: Case, field: str | None) -> str:
    if field is None:
        return ALL
    if field == "received_at":
        return (case.received_at or "")[:7] or NONE
    value = case.fields.get(field.removeprefix("fields."))
    return NONE if value is None or not str(value).strip() else str(value)


def stratify(cases: Iterable[Case], field: str | None) -> Strata:
    """Counts the training cases by the values of a field, the rarest in one stratum together."""
    counts = Counter(_value(case, field) for case in cases if case.split == "train")
    kept = dict(counts.most_common(_MOST if len(counts) > _MOST else None))
    other = counts.total() - sum(kept.values())
    return Strata(field, {**kept, OTHER: other} if other else kept)


def check_field(found: Iterable[Strata]) -> None:
    """Refuses a field that no case of any channel has, most often because it is mistyped.

    Raises:
        ArfError: there is none.
    """
    strata = list(found)
    if all(one.field is not None and not one.population.keys() - {NONE} for one in strata):
        field = strata[0].field if strata else None
        raise ArfError(
            f"params.yaml: audit.strata: no training case has {field}; see arf audit plan"
        )


def allocate(population: Mapping[str, int], size: int) -> dict[str, int]:
    """Shares a sample out over strata in proportion to their size, two for each at least.

    What is left of proportional shares goes to the largest remainders (Hamilton's method).
    """
    total = sum(population.values())
    size = min(size, total)
    shares = {name: size * count / total for name, count in population.items()} if total else {}
    drawn = {
        name: min(population[name], max(int(share), min(_LEAST, size)))
        for name, share in shares.items()
    }
    by_remainder = sorted(shares, key=lambda name: (int(shares[name]) - shares[name], name))
    while sum(drawn.values()) < size:
        for name in by_remainder:
            if drawn[name] < population[name] and sum(drawn.values()) < size:
                drawn[name] += 1
    return drawn


def draw_ids(
    pairs: Callable[[], Pairs], strata: Strata, size: int, params: AuditParams
) -> dict[str, str]:
    """Draws a stratified random sample of training outputs, in one pass.

    The draw takes of each stratum the outputs whose seeded hash is smallest, so that a longer file
    or a larger sample changes it as little as it can. Memory grows with the sample alone.

    Args:
        pairs: streams the outputs with their cases, anew at each call.
        strata: of the channel.
        size: how many to draw; more where there are strata of which two would not be drawn.
        params: the `audit` section, for the seed.

    Returns:
        The stratum of each drawn output, by id.
    """
    sizes = allocate(strata.population, size)
    # The heaps hold the largest hash of what is drawn so far on top.
    heaps: dict[str, list[tuple[int, str]]] = {name: [] for name in sizes}
    for case, _ in pairs():
        if case.split != "train" or not sizes.get(name := strata.of(case)):
            continue
        rank = (-int(sha256_text(f"audit:{params.seed}:{case.id}"), 16), case.id)
        if len(heaps[name]) < sizes[name]:
            heapq.heappush(heaps[name], rank)
        else:
            heapq.heappushpop(heaps[name], rank)
    return {item: name for name, heap in heaps.items() for _, item in heap}


def draw(
    pairs: Callable[[], Pairs], strata: Strata, size: int, params: AuditParams
) -> list[tuple[Case, Output]]:
    """Returns the outputs of `draw_ids` with their cases, in file order, in a second pass."""
    drawn = draw_ids(pairs, strata, size, params)
    return [pair for pair in pairs() if pair[0].id in drawn]
