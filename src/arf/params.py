"""`params.yaml`, read one section at a time so that a stage sees only what it declares."""

from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.reader import ReaderError

from arf.errors import ArfError
from arf.files import complaint

PARAMS = Path("params.yaml")
SECTIONS = (
    "data", "channels", "sample", "roles", "llm", "audit", "trial", "targets", "rounds",
    "bases", "train", "students", "predict", "sampled", "judge", "compare", "monitor", "track",
)  # fmt: skip

TAGS = ("source", "provider")  # the fields that say which of several models a mapping follows

T = TypeVar("T")


class Section(BaseModel):
    """Base of every model of a part of `params.yaml`: unknown names are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def read_yaml(path: Path) -> Any:
    """Reads YAML 1.2, the dialect that DVC reads, in which `1e-4` is a number and `no` a word.

    Raises:
        ArfError: the file is absent, not UTF-8, or no YAML.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise ArfError(f"{path}: no such file") from error
    except UnicodeDecodeError as error:
        raise ArfError(f"{path}: not UTF-8 at byte {error.start}; save it as UTF-8") from error
    try:
        return YAML(typ="safe", pure=True).load(StringIO(text))
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise ArfError(f"{path}:{line}: no YAML: {error.problem}") from error
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        reason = str(error).splitlines()[0]
        raise ArfError(f"{path}:{line}: no YAML: {reason}") from error
    except (YAMLError, ValueError) as error:  # a ValueError: a date that there is not
        raise ArfError(f"{path}: no YAML: {str(error).splitlines()[0]}") from error


def did_you_mean(word: str, known: list[str]) -> str:
    """Returns ` (did you mean X?)` for the nearest known word, or nothing."""
    from rapidfuzz.process import extractOne

    best = extractOne(word, known, score_cutoff=60)
    return f" (did you mean {best[0]}?)" if best else ""


def _models(kind: Any) -> Iterator[Any]:
    """Yields the models that a type is, or is one of, or is a mapping to."""
    if getattr(kind, "__pydantic_root_model__", False):
        kind = kind.model_fields["root"].annotation
    if hasattr(kind, "model_fields"):
        yield kind
    for part in get_args(kind):
        yield from _models(part)


def _field_names(kind: Any, path: tuple[Any, ...]) -> list[str]:
    """Returns the field names of the model that a location inside a type points into."""
    for part in path:
        fields = [field for model in _models(kind) if (field := model.model_fields.get(part))]
        tagged = [
            model
            for model in _models(kind)
            for tag in TAGS
            if tag in model.model_fields and part in get_args(model.model_fields[tag].annotation)
        ]
        if fields:
            kind = fields[0].annotation
        elif tagged:
            kind = tagged[0]
    models = list(_models(kind))
    return list(models[0].model_fields) if len(models) == 1 else []


def _location(loc: tuple[int | str, ...], value: Any, missing: bool) -> tuple[int | str, ...]:
    """Returns where an error is in `value`, without the names that pydantic gives to models.

    Args:
        loc: the location that pydantic gives.
        value: what was validated.
        missing: whether the last part of `loc` is a name that `value` lacks.
    """
    kept: list[int | str] = []
    for i, part in enumerate(loc):
        last = i == len(loc) - 1
        if isinstance(value, dict):
            found = part in value and (last or part not in map(value.get, TAGS))
        else:
            found = isinstance(value, list) and isinstance(part, int) and part < len(value)
        if found:
            value = value[part]
        if found or (last and missing):
            kept.append(part)
    return tuple(kept)


def load_section(name: str, model: type[T], path: Path = PARAMS) -> T:
    """Reads one section of `params.yaml`.

    Args:
        name: the section, dotted for a part of one (`roles.editor`).
        model: its type: a `Section`, or anything that pydantic validates.
        path: the file.

    Raises:
        ArfError: a name is unknown or missing, or a value is not of its type; the message names
            the parameter.
    """
    value = read_yaml(path)
    if not isinstance(value, dict):
        raise ArfError(f"{path}: expected a mapping of sections")
    for key in value:
        if key not in SECTIONS:
            guess = did_you_mean(str(key), list(SECTIONS))
            raise ArfError(f"{path}: unknown section {key}{guess}")
    for part in name.split("."):
        if not isinstance(value, dict) or part not in value:
            raise ArfError(f"{path}: {name} is missing")
        value = value[part]
    try:
        return TypeAdapter(model).validate_python(value)
    except ValidationError as error:
        errors = error.errors(include_url=False)
        first = next((e for e in errors if e["type"] == "extra_forbidden"), errors[0])
        loc = _location(first["loc"], value, first["type"] == "missing")
        if first["type"].startswith("union_tag_"):
            loc = (*loc, first["ctx"]["discriminator"].strip("'"))
        where = ".".join(str(part) for part in (name, *loc))
        if first["type"] == "extra_forbidden":
            *parents, last = first["loc"]
            guess = did_you_mean(str(last), _field_names(model, tuple(parents)))
            raise ArfError(f"{path}: unknown parameter {where}{guess}") from error
        raise ArfError(f"{path}: {where}: {complaint(first)}") from error
