"""JSON and JSON Lines, read with errors that name the line and written all or nothing."""

import csv
import hashlib
import json
import os
from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, TextIO, TypeVar

from pydantic import BaseModel, ValidationError

from arf.errors import ArfError

M = TypeVar("M", bound=BaseModel)


def complaint(details: Mapping[str, Any]) -> str:
    """Returns what one error of a validation complains of, for people."""
    match details["type"]:
        case "union_tag_invalid":
            context = details["ctx"]
            return f"'{context['tag']}' is none of {context['expected_tags']}"
        case "union_tag_not_found":
            return "Field required"
        case "extra_forbidden":
            return "unknown name"
        case _:
            return str(details["msg"]).removeprefix("Value error, ")


def describe(error: ValidationError) -> str:
    """Returns the first complaint of a validation as `where: what`."""
    errors = error.errors(include_url=False)
    first = next((one for one in errors if one["type"] == "extra_forbidden"), errors[0])
    where = ".".join(str(part) for part in first["loc"])
    return f"{where}: {complaint(first)}" if where else complaint(first)


def read_records(path: Path, model: type[M]) -> Iterator[M]:
    """Streams the records of a JSON Lines file that a stage wrote.

    Raises:
        ArfError: the file is absent, or a line is no record of that kind.
    """
    for _, record in read_placed(path, model):
        yield record


def read_placed(path: Path, model: type[M]) -> Iterator[tuple[int, M]]:
    """Streams the records of `read_records`, each after the byte at which its line starts."""
    try:
        lines = path.open("rb")
    except FileNotFoundError as error:
        raise ArfError(f"{path}: no such file; run the stage that writes it (dvc repro)") from error
    start = 0
    with lines:
        for number, line in enumerate(lines, start=1):
            try:
                yield start, model.model_validate_json(line.removeprefix(BOM_UTF8))
            except ValidationError as error:
                raise ArfError(f"{path}:{number}: {describe(error)}") from error
            start += len(line)


@contextmanager
def replacing(path: Path) -> Iterator[TextIO]:
    """Opens a text file that takes the place of `path` only when the block ends well."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("w", encoding="utf-8", newline="\n") as file:
            yield file
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def write_records(path: Path, records: Iterable[BaseModel]) -> int:
    """Writes records as JSON Lines, streaming; returns how many."""
    count = 0
    with replacing(path) as file:
        for record in records:
            file.write(record.model_dump_json())
            file.write("\n")
            count += 1
    return count


@contextmanager
def listing(path: Path) -> Iterator[Callable[[dict[str, Any]], None]]:
    """Gives a function that adds a mapping to a JSON Lines file; where none comes, no file does."""
    with ExitStack() as stack:
        files: list[TextIO] = []

        def add(row: dict[str, Any]) -> None:
            if not files:
                files.append(stack.enter_context(replacing(path)))
            files[0].write(json.dumps(row, ensure_ascii=False) + "\n")

        yield add


def write_csv(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    """Writes mappings with the same keys as CSV, which `dvc plots` reads; no row, no header."""
    with replacing(path) as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]) if rows else [], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def read_json(path: Path) -> Any:
    """Reads a JSON file.

    Raises:
        ArfError: the file is absent or no JSON.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ArfError(f"{path}: no such file; run the stage that writes it (dvc repro)") from error
    except json.JSONDecodeError as error:
        raise ArfError(f"{path}:{error.lineno}: no JSON: {error.msg}") from error


def write_json(path: Path, value: Any) -> None:
    """Writes JSON for people and diffs: indented, key order kept, no NaN."""
    text = json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False)
    with replacing(path) as file:
        file.write(text + "\n")


def sha256_text(text: str) -> str:
    """Returns the SHA-256 of a text's UTF-8 bytes in hexadecimal."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def sha256_file(path: Path) -> str:
    """Returns the SHA-256 of a file's bytes in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
