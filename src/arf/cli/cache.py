"""`arf cache`: what paid answers there are, to be counted, carried elsewhere, or thrown away."""

import gzip
import json
import math
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from time import time
from typing import Annotated, Any, Self

import typer
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from rich.console import Console
from rich.table import Table

from arf.errors import ArfError
from arf.files import describe, replacing
from arf.llm.cache import Answers, Meta, Stored
from arf.llm.cache.database import Database
from arf.llm.cache.store import COLUMNS, stored_of
from arf.state import state_dir

WIDTH = 150
DAY = 86400.0
HEADS = ("model", "role", "answers", "accepted", "repaid", "tokens", "money", "bytes")
Model = Annotated[str | None, typer.Option(help="Only the answers of this model.")]

cache = typer.Typer(no_args_is_help=True)


LATEST = 253402300799  # seconds of Unix time: the end of the year 9999


class Kept(BaseModel):
    """An answer as `arf.llm.answers` keeps it."""

    model_config = ConfigDict(extra="forbid", strict=True)

    text: str | None = None
    finish: str | None = None
    refusal: str | None = None
    model: str | None = None
    usage: dict[str, Any] = Field(default_factory=dict)


class Line(BaseModel):
    """A line of an exported file."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)

    key: str = Field(pattern="^[0-9a-f]{64}$")
    index: int = Field(ge=0, lt=2**31)
    answer: Kept
    accepted: bool
    reason: str | None
    base_url: str
    model: str
    role: str
    stage: str
    run: str
    prompt_tokens: int = Field(ge=0, lt=2**31)
    completion_tokens: int = Field(ge=0, lt=2**31)
    money: float | None = Field(ge=0)
    created: float = Field(ge=0, le=LATEST)

    @model_validator(mode="after")
    def _is_answer(self) -> Self:
        answer = self.answer
        if self.accepted and not (answer.text or "").strip():
            raise ValueError("an accepted answer needs a text")
        return self


@cache.callback()
def about() -> None:
    """The answers that models were paid for."""


def _database() -> Database:
    return Database(state_dir("answers") / "answers.db")


@cache.command()
def stats() -> None:
    """Count answers, tokens and money by model and role."""
    query = (
        "SELECT model, role, COUNT(*), SUM(accepted), SUM(idx > 0), "
        "SUM(prompt_tokens + completion_tokens), TOTAL(money), SUM(LENGTH(CAST(body AS BLOB))), "
        "MIN(created), MAX(created) FROM answers GROUP BY model, role ORDER BY model, role"
    )
    table = Table(*HEADS, "first", "last", box=None)
    for model, role, *counts, money, size, first, last in _database().read(
        lambda db: db.execute(query).fetchall()
    ):
        cells = (*map(str, counts), f"{money:.4f}", str(size), _date(first), _date(last))
        table.add_row(model, role, *cells)
    Console(width=WIDTH, markup=False).print(table)


@cache.command()
def export(
    file: Annotated[Path, typer.Argument(metavar="FILE.jsonl.gz")],
    model: Model = None,
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Only from this day (UTC) on.")
    ] = None,
) -> None:
    """Write answers to a file that `arf cache import` reads."""
    start = -math.inf if since is None else since.replace(tzinfo=UTC).timestamp()
    where = "created >= ? AND (? IS NULL OR model = ?) ORDER BY id"

    def write(db: sqlite3.Connection) -> int:
        rows = db.execute(f"SELECT {COLUMNS} FROM answers WHERE {where}", (start, model, model))
        count = 0
        try:
            with replacing(file) as raw, gzip.open(raw.buffer, "wt", encoding="utf-8") as lines:
                for row in rows:
                    if (stored := stored_of(row)) is not None:
                        line = {"key": row[0], **stored._asdict(), **Meta(*row[6:])._asdict()}
                        del line["took"]  # Meta has it, too
                        lines.write(json.dumps(line) + "\n")
                        count += 1
        except OSError as error:
            raise ArfError(f"{file}: cannot be written ({error.strerror or error})") from error
        return count

    typer.echo(f"{file}: {_database().read(write)} answers")


@cache.command("import")
def import_(file: Annotated[Path, typer.Argument(metavar="FILE.jsonl.gz")]) -> None:
    """Take in answers that `arf cache export` wrote: none where a line is broken."""
    for _ in _lines(file):
        pass
    with closing(Answers(_database().path)) as answers:
        new = answers.put_many(_lines(file))
    typer.echo(f"{file}: {new} new answers")


def _lines(file: Path) -> Iterator[tuple[str, Stored, Meta]]:
    number = 0
    try:
        with gzip.open(file) as lines:
            for text in lines:
                number += 1
                line = Line.model_validate(json.loads(text))  # lone surrogates too
                kept = line.answer.model_dump(exclude_unset=True)
                stored = Stored(line.index, kept, line.accepted, line.reason)
                yield line.key, stored, Meta(**line.model_dump(include=set(Meta._fields)))
    except ValidationError as error:
        raise ArfError(f"{file}:{number}: {describe(error)}; nothing was imported") from error
    except (ValueError, RecursionError) as error:
        raise ArfError(f"{file}:{number}: {error}; nothing was imported") from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ArfError(f"{file}:{number + 1}: {error}; nothing was imported") from error
    except OSError as error:
        raise ArfError(f"{file}: cannot be read ({error.strerror or error})") from error


@cache.command()
def prune(
    older_than: Annotated[float | None, typer.Option(help="Days.", min=0)] = None,
    model: Model = None,
    not_accepted: Annotated[bool, typer.Option("--not-accepted")] = False,
    damaged: Annotated[bool, typer.Option("--damaged", help="Rows set aside as broken.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Ask no question.")] = False,
) -> None:
    """Throw answers away for good; those that meet all filters."""
    filters: list[tuple[str, Any]] = []
    if older_than is not None:
        filters.append(("created < ?", time() - older_than * DAY))
    if model is not None:
        filters.append(("model = ?", model))
    if not_accepted:
        filters.append(("accepted = ?", 0))
    if not filters and not damaged:
        raise ArfError(
            "arf cache prune: give --older-than, --model, --not-accepted or --damaged, "
            "else every answer would go"
        )
    where = " AND ".join(text for text, _ in filters) or "1"
    picked = f"FROM {'damaged' if damaged else 'answers'} WHERE {where}"
    values = [value for _, value in filters]

    def tally(db: sqlite3.Connection) -> str:
        query = f"SELECT COUNT(*), TOTAL(money) {picked}"
        count, money = db.execute(query, values).fetchone()
        return f"{count} answers that cost {money:.4f}"

    def delete(db: sqlite3.Connection) -> str:
        with db:
            db.execute("BEGIN IMMEDIATE")
            told = tally(db)
            db.execute(f"DELETE {picked}", values)
        return told

    database = _database()
    if not yes and not typer.confirm(f"Throw away {database.read(tally)}?"):
        raise ArfError("arf cache prune: nothing was thrown away")
    typer.echo(f"thrown away: {database.write(delete)}")


def _date(created: float) -> str:
    return f"{datetime.fromtimestamp(created, UTC):%Y-%m-%d}"
