"""Which errors a summary gets: decided before it is written, from what its case shows.

An error is planted first where something in the case calls for it, so that a student can learn
when to make it, and elsewhere only as far as its rate needs. Expected rates are exact.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import product

from arf.sample.frame import Shares
from arf.sample.scenario import Kind


@dataclass(frozen=True)
class Features:
    """What a case would show of itself.

    Attributes:
        kind: how it ends.
        about_copy: it is about a copy or confirmation sent by e-mail.
        feeling: the customer states a feeling.
        copy: a copy by e-mail is mentioned.
        courtesy: courtesies are exchanged beyond a greeting.
        identifier: the customer gives an identifier.
    """

    kind: Kind
    about_copy: bool
    feeling: bool
    copy: bool
    courtesy: bool
    identifier: bool


Test = Callable[[Features], bool]


def _always(_: Features) -> bool:
    return True


# For each code, who gets it first, second and so on; the first test that holds counts, and whom
# none holds for never gets it. A case that does not show what an error tells of is written so that
# it does (see `shown`).
TIERS: Mapping[str, tuple[Test, ...]] = {
    "unsupported_detail": (_always,),
    "inferred_sentiment": (
        lambda case: not case.feeling and case.kind != "resolved",
        lambda case: not case.feeling,
        _always,
    ),
    "unn_content_pleasantry": (
        lambda case: case.courtesy and case.kind == "resolved",
        lambda case: case.courtesy,
        _always,
    ),
    "unn_content_email_copy": (
        lambda case: case.copy and not case.about_copy,
        lambda case: not case.about_copy,
    ),
    "unn_content_redundant": (lambda case: case.kind == "refused", _always),
    "exposed_identifier": (
        lambda case: case.identifier and case.kind == "pending",
        lambda case: case.identifier,
        _always,
    ),
}


def _tier(code: str, features: Features) -> int | None:
    return next((number for number, test in enumerate(TIERS[code]) if test(features)), None)


Endings = Mapping[tuple[Kind, bool], float]
"""The probability of each kind of ending in cases that are, and are not, about a copy."""


def _distribution(endings: Endings, shares: Shares) -> Iterable[tuple[Features, float]]:
    """Yields every combination of features with its probability."""
    flags = (shares.feeling, shares.copy_, shares.courtesy, shares.identifier)
    for ending, values in product(endings, product((True, False), repeat=len(flags))):
        mass = endings[ending]
        for value, share in zip(values, flags, strict=True):
            mass *= share if value else 1 - share
        yield Features(*ending, *values), mass


class Planner:
    """Decides the errors of one channel's summaries."""

    def __init__(self, rates: Mapping[str, float], endings: Endings, shares: Shares):
        """Works out how likely each code must be in each tier to reach its rate over all.

        Args:
            rates: the wanted share of summaries with each code.
            endings: how likely cases end in which way.
            shares: the probability of each other feature, independent of one another.
        """
        self._chances: dict[str, list[float]] = {}
        for code in TIERS:
            masses = [0.0] * len(TIERS[code])
            for features, mass in _distribution(endings, shares):
                tier = _tier(code, features)
                if tier is not None:
                    masses[tier] += mass
            left = rates.get(code, 0.0)
            chances = []
            for mass in masses:
                share = min(1.0, left / mass) if mass > 0 else 0.0
                chances.append(share)
                left = max(0.0, left - share * mass)
            self._chances[code] = chances

    def plan(self, features: Features, key: str) -> frozenset[str]:
        """Returns the codes to plant in the case of that key."""
        return frozenset(
            code
            for code, chances in self._chances.items()
            if (tier := _tier(code, features)) is not None
            and uniform(f"{key}/{code}") < chances[tier]
        )


def uniform(key: str) -> float:
    """Returns a number in [0, 1) that is fixed by the key."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:6]) / 2**48


def shown(features: Features, planned: frozenset[str]) -> Features:
    """Returns what the case must show for the planned errors to be exactly those errors.

    No feeling may be stated where one is to be inferred, and a courtesy, a copy and an identifier
    must be in the case to be narrated needlessly. Where a copy is the point, none is sent besides.
    """
    return Features(
        kind=features.kind,
        about_copy=features.about_copy,
        feeling=features.feeling and "inferred_sentiment" not in planned,
        copy=(features.copy and not features.about_copy) or "unn_content_email_copy" in planned,
        courtesy=features.courtesy or "unn_content_pleasantry" in planned,
        identifier=features.identifier or "exposed_identifier" in planned,
    )
