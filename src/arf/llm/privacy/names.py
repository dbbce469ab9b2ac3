"""Finds the names of people and places, with a language model of spaCy."""

from collections.abc import Iterator

from arf.errors import ArfError
from arf.llm.privacy.personal import Span

KINDS = {"NAME": "names of people", "PLACE": "places"}
"""What is found, by the word that stands for it, in words for people."""

_LABELS = {"PERSON": "NAME", "PER": "NAME", "GPE": "PLACE", "LOC": "PLACE", "FAC": "PLACE"}
_NEEDLESS = ["tagger", "morphologizer", "parser", "attribute_ruler", "lemmatizer"]


class NameFinder:
    """Finds names.

    Args:
        model: an installed spaCy model, or the folder of one.

    Raises:
        ArfError: the extra `names` or the model is not there. Nothing is downloaded.
    """

    def __init__(self, model: str) -> None:
        try:
            import spacy
        except ImportError as error:
            raise ArfError(
                "llm.names: the extra that finds names is not installed; pip install '.[names]' "
                "or set llm.names: null"
            ) from error
        try:
            self._nlp = spacy.load(model, exclude=_NEEDLESS)
        except (OSError, ValueError) as error:
            raise ArfError(
                f"llm.names: {model} is no spaCy model that is installed; python -m spacy download "
                f"{model} or set llm.names: null"
            ) from error

    def find(self, text: str) -> Iterator[Span]:
        """Yields each name."""
        for found in self._nlp(text).ents:
            if found.label_ in _LABELS:
                yield Span(found.start_char, found.end_char, _LABELS[found.label_])
