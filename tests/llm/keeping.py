"""Answers for the tests of the cache."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from arf.llm.cache import Answers, Meta, Stored

META = Meta("http://localhost/v1", "m", "teacher", "teach", "run", 10, 5, 0.5, 1.0)


def stored(text: str = "hello", index: int = 0) -> Stored:
    took = META.prompt_tokens, META.completion_tokens, META.money
    return Stored(index, {"text": text}, True, None, took)


@contextmanager
def holding(path: Path) -> Iterator[Answers]:
    """Opens the file and closes it again."""
    with closing(Answers(path)) as answers:
        yield answers


def fill(path: Path, count: int) -> None:
    """Keeps answers `k0`, `k1`, … of 300 letters each."""
    with holding(path) as answers:
        answers.put_many((f"k{n}", stored("x" * 300), META) for n in range(count))


def kept(answers: Answers, count: int) -> int:
    """Returns how many of the answers of `fill` are there."""
    return sum(bool(answers.get(f"k{n}")) for n in range(count))


def sql(path: Path, text: str) -> list[tuple[Any, ...]]:
    """Runs one statement behind the cache's back."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        return db.execute(text).fetchall()
