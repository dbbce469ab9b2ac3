"""The rules annotator: the taxonomy's detectors, with the settings that the taxonomy gives them."""

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from arf.annotate.rating import rate
from arf.annotate.rules.identifiers import IdentifierDetector, IdentifierSettings
from arf.annotate.rules.narration import NarrationDetector, NarrationSettings
from arf.annotate.rules.reading import Detector, Reading
from arf.annotate.rules.redundancy import RedundancyDetector, RedundancySettings
from arf.annotate.rules.sentiment import SentimentDetector, SentimentSettings
from arf.annotate.rules.support import SupportDetector, SupportSettings
from arf.errors import ArfError
from arf.files import sha256_text
from arf.params import Section, did_you_mean
from arf.records import Annotation, Case, Finding, Output
from arf.taxonomy import TAXONOMY, Taxonomy

_DETECTORS: dict[str, tuple[type[Section], Callable[[Any], Detector]]] = {
    "identifiers": (IdentifierSettings, IdentifierDetector),
    "narration": (NarrationSettings, NarrationDetector),
    "redundancy": (RedundancySettings, RedundancyDetector),
    "sentiment": (SentimentSettings, SentimentDetector),
    "support": (SupportSettings, SupportDetector),
}


def build_detectors(taxonomy: Taxonomy, path: Path = TAXONOMY) -> dict[str, Detector]:
    """Returns the detector of each code that has one, in the order of the taxonomy.

    Args:
        taxonomy: the codes.
        path: the file that errors name.

    Raises:
        ArfError: a detector or one of its settings is unknown, or a setting is out of range.
    """
    detectors = {}
    for name, code in taxonomy.codes.items():
        if code.detector is None:
            continue
        where = f"{path}: codes.{name}.detector"
        if code.detector.name not in _DETECTORS:
            guess = did_you_mean(code.detector.name, list(_DETECTORS))
            raise ArfError(f"{where}.name: no detector {code.detector.name}{guess}")
        settings, build = _DETECTORS[code.detector.name]
        try:
            detectors[name] = build(settings.model_validate(code.detector.settings))
        except ValidationError as error:
            first = error.errors(include_url=False, include_context=False)[0]
            place = ".".join(str(part) for part in ("settings", *first["loc"]))
            if first["type"] == "extra_forbidden":
                guess = did_you_mean(str(first["loc"][-1]), list(settings.model_fields))
                raise ArfError(f"{where}.{place}: unknown setting{guess}") from error
            raise ArfError(f"{where}.{place}: {first['msg']}") from error
    return detectors


class RulesAnnotator:
    """Labels outputs with the taxonomy's detectors and rates them by its severities.

    Args:
        taxonomy: the codes; those without a detector are not assessed.
        path: the file that errors name.

    Raises:
        ArfError: a detector's settings are wrong.
    """

    name = "rules"

    def __init__(self, taxonomy: Taxonomy, path: Path = TAXONOMY) -> None:
        self._taxonomy = taxonomy
        self._detectors = build_detectors(taxonomy, path)
        self.codes = frozenset(self._detectors)
        self._hashes = cache(lambda channel: taxonomy.hashes(self.codes, channel))

    def annotate(self, pairs: Iterable[tuple[Case, Output]]) -> Iterator[Annotation]:
        """Labels each output against its case; the findings are in order of position.

        An output without a word is unscored: it has no error, and is no good summary either.
        """
        for case, output in pairs:
            blank = not any(letter.isalpha() for letter in output.text)
            errors = () if blank else self._errors(case, output)
            yield Annotation(
                id=output.id,
                channel=output.channel,
                source=output.source,
                text_sha256=sha256_text(output.text),
                annotator=self.name,
                taxonomy=self._hashes(output.channel),
                status="unscored" if blank else "scored",
                reason="the output has no word" if blank else None,
                rating=None if blank else rate(errors, self._taxonomy),
                errors=errors,
            )

    def _errors(self, case: Case, output: Output) -> tuple[Finding, ...]:
        reading = Reading(case, output.text)
        found: dict[tuple[int, int], Finding] = {}
        for name, detector in self._detectors.items():
            if not self._taxonomy.codes[name].applies_to(output.channel):
                continue
            for hit in detector.find(reading):
                finding = Finding(
                    code=name,
                    span=output.text[hit.start : hit.end],
                    start=hit.start,
                    note=hit.note,
                )
                found.setdefault((hit.start, hit.end), finding)
        return tuple(found[place] for place in sorted(found))
