"""The rules annotator: the taxonomy's detectors, with the settings that the taxonomy gives them."""

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from arf.annotate.rating import rate
from arf.annotate.rules.build import build_detectors
from arf.annotate.rules.grounds import GroundsByCase
from arf.annotate.rules.reading import Reading
from arf.files import sha256_text
from arf.records import Annotation, Case, Finding, Output
from arf.taxonomy import TAXONOMY, Taxonomy


class RulesAnnotator:
    """Labels outputs with the taxonomy's detectors and rates them by its severities.

    What a sentence says and what a case grounds is remembered for a while, so that an edited
    output costs little more than its edited sentence.

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
        self._grounds = GroundsByCase(taxonomy.people)
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
        reading = Reading(self._grounds.of(case), output.text)
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
