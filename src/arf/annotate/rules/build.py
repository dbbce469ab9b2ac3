"""The detectors that a taxonomy asks for."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from arf.annotate.rules.feelings import SentimentSettings
from arf.annotate.rules.identifiers import IdentifierDetector, IdentifierSettings
from arf.annotate.rules.narration import NarrationDetector, NarrationSettings
from arf.annotate.rules.reading import Detector
from arf.annotate.rules.redundancy import RedundancyDetector, RedundancySettings
from arf.annotate.rules.sentiment import SentimentDetector
from arf.annotate.rules.support import SupportDetector, SupportSettings
from arf.errors import ArfError
from arf.params import Section, did_you_mean
from arf.taxonomy import Detector as Chosen
from arf.taxonomy import People, Taxonomy

_DETECTORS: dict[str, tuple[type[Section], Callable[[Any, People], Detector]]] = {
    "identifiers": (IdentifierSettings, IdentifierDetector),
    "narration": (NarrationSettings, NarrationDetector),
    "redundancy": (RedundancySettings, RedundancyDetector),
    "sentiment": (SentimentSettings, SentimentDetector),
    "support": (SupportSettings, SupportDetector),
}


def build_detectors(taxonomy: Taxonomy, path: Path) -> dict[str, Detector]:
    """Returns the detector of each code that has one, in the order of the taxonomy.

    Args:
        taxonomy: the codes.
        path: the file that errors name.

    Raises:
        ArfError: a detector or one of its settings is unknown, or a setting is out of range; the
            message names the file, the code and the setting.
    """
    return {
        name: _build(code.detector, taxonomy.people, f"codes.{name}.detector", path)
        for name, code in taxonomy.codes.items()
        if code.detector is not None
    }


def _build(chosen: Chosen, people: People, where: str, path: Path) -> Detector:
    if chosen.name not in _DETECTORS:
        guess = did_you_mean(chosen.name, list(_DETECTORS))
        raise ArfError(f"{path}: {where}.name: no detector {chosen.name}{guess}")
    model, build = _DETECTORS[chosen.name]
    try:
        settings = model.model_validate(chosen.words | chosen.settings)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False)
        # A misspelt name is the cause where another is then missing.
        first = next((one for one in found if one["type"] == "extra_forbidden"), found[0])
        place = ".".join(str(part) for part in first["loc"])
        if first["loc"][0] in chosen.words and first["loc"][0] not in chosen.settings:
            spot = f"{path.parent / (chosen.lexicon or '')}: {place} ({where})"
        else:
            spot = f"{path}: {where}.settings.{place}"
        if first["type"] == "extra_forbidden":
            guess = did_you_mean(str(first["loc"][-1]), list(model.model_fields))
            raise ArfError(f"{spot}: unknown setting{guess}") from error
        raise ArfError(f"{spot}: {first['msg']}") from error
    return build(settings, people)
