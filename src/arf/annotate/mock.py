"""An annotator for tests: a code is there wherever one of its words is."""

from collections.abc import Iterable, Iterator, Mapping

from arf.files import sha256_text
from arf.records import Annotation, Case, Finding, Output


class MockAnnotator:
    """Finds each code by a word of its own, and rates 5 less the number of findings.

    Args:
        words: the word that stands for each code.
        unscored: ids for which no verdict is given.
    """

    name = "mock"

    def __init__(self, words: Mapping[str, str], unscored: frozenset[str] = frozenset()) -> None:
        self._words = words
        self._unscored = unscored
        self.codes = frozenset(words)

    def annotate(self, pairs: Iterable[tuple[Case, Output]]) -> Iterator[Annotation]:
        """Labels each output."""
        for _, output in pairs:
            scored = output.id not in self._unscored
            found = [
                Finding(code=code, span=word, start=output.text.find(word))
                for code, word in self._words.items()
                if word in output.text
            ]
            yield Annotation(
                id=output.id,
                channel=output.channel,
                source=output.source,
                text_sha256=sha256_text(output.text),
                annotator=self.name,
                taxonomy={code: sha256_text(word) for code, word in self._words.items()},
                status="scored" if scored else "unscored",
                reason=None if scored else "mock",
                rating=max(1, 5 - len(found)) if scored else None,
                errors=tuple(found) if scored else (),
            )
