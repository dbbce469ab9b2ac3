"""Finds the names of people and places, with a language model of spaCy behind Presidio."""

import importlib.util
from collections.abc import Iterator

from arf.errors import ArfError
from arf.llm.privacy.personal import Span

KINDS = {"NAME": "names of people", "PLACE": "places"}
"""What is found, by the word that stands for it, in words for people."""

_ENTITIES = {"PERSON": "NAME", "LOCATION": "PLACE"}


class NameFinder:
    """Finds names.

    Args:
        model: an installed spaCy model for English.

    Raises:
        ArfError: the extra `names` or the model is not installed. Nothing is downloaded.
    """

    def __init__(self, model: str = "en_core_web_sm") -> None:
        if importlib.util.find_spec("presidio_analyzer") is None:
            raise ArfError(
                "llm.names: the extra that finds names is not installed; pip install '.[names]' "
                "or set llm.names: false"
            )
        if importlib.util.find_spec(model) is None:
            raise ArfError(
                f"llm.names: the model {model} is not installed; python -m spacy download {model} "
                "or set llm.names: false"
            )
        from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
        from presidio_analyzer.nlp_engine import NlpEngineProvider

        engine = NlpEngineProvider(
            nlp_configuration={
                "nlp_engine_name": "spacy",
                "models": [{"lang_code": "en", "model_name": model}],
            }
        ).create_engine()
        # Only the model's own recogniser: the others would ask the network for a suffix list.
        registry = RecognizerRegistry(supported_languages=["en"])
        registry.add_nlp_recognizer(engine)
        self._analyzer = AnalyzerEngine(registry=registry, nlp_engine=engine)

    def find(self, text: str) -> Iterator[Span]:
        """Yields each name."""
        for found in self._analyzer.analyze(text, language="en", entities=list(_ENTITIES)):
            yield Span(found.start, found.end, _ENTITIES[found.entity_type])
