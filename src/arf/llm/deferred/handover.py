"""The asker by files that people carry: for `vllm run-batch` and machines without a network."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from arf.errors import ArfError
from arf.files import read_records, sha256_text
from arf.llm import Question, Reply
from arf.llm.deferred import Deferred
from arf.llm.deferred.rows import Named, Result, Row
from arf.llm.desk import Desk
from arf.llm.endpoint import parameter
from arf.state import state_dir

HEX = "[0-9a-f]" * 8


class FileAsker:
    """Writes requests to a file, and reads their results from another in a later run.

    The files lie in `.arf/handover`: `<role>-<stage>-<round>-<hash>.jsonl`, and beside each its
    results as `….results.jsonl`. Rows that failed or whose answers cannot be used go into the file
    of the next round. Files that are done with are moved to `.arf/handover/done`.

    Args:
        desk: looks questions up and hands replies back.
        stage: the stage, for the files' names.
    """

    provider = "openai"

    def __init__(self, desk: Desk, stage: str) -> None:
        self.model = desk.endpoint.model
        self._role = desk.role
        self._name = f"{desk.role}-{stage}"
        self._desk = desk
        self._folder = state_dir("handover")

    def ask(self, questions: Iterable[Question]) -> Iterator[Reply]:
        """Answers each question, in order; all of them are held in memory.

        Raises:
            ArfError: requests have to be answered first, or a file of results is broken, or the
                budget is used up.
        """
        deferred = Deferred(self._desk, questions)
        if deferred.settle():
            files = {path: _ids(path) for path in self._files()}
            self._read(deferred, files)
            if deferred.settle():
                self._hand_over(deferred, files)
        yield from deferred.replies()

    def _files(self) -> list[Path]:
        """Returns the files of requests that are not done with, in the order of their rounds."""
        found = self._folder.glob(f"{self._name}-[0-9][0-9]-{HEX}.jsonl")
        return sorted(found)

    def _read(self, deferred: Deferred, files: dict[Path, frozenset[str]]) -> None:
        """Takes all results; afterwards `files` holds the rounds that are not done with."""
        for path, ids in files.items():
            results = _results(path)
            if results.exists():
                begun = path.stat().st_mtime
                fatal = deferred.take(_read_results(results), ids, str(results), begun)
                if fatal is not None:
                    raise ArfError(f"{results}: {fatal}")
        deferred.settle()
        for path, ids in list(files.items()):
            if _results(path).exists() and not deferred.has_any(ids):
                done = self._folder / "done"
                done.mkdir(exist_ok=True)
                for file in (_results(path), path):
                    file.replace(done / file.name)
                del files[path]

    def _hand_over(self, deferred: Deferred, files: dict[Path, frozenset[str]]) -> None:
        """Writes what is in no file yet.

        Raises:
            ArfError: what to do with the files.
        """
        wanted = deferred.ids.keys()
        waiting = {
            path: ids & wanted
            for path, ids in files.items()
            if not _results(path).exists() and ids & wanted
        }
        rows = deferred.rows(frozenset().union(*waiting.values()))
        number = 1 + max((int(path.name.split("-")[-2]) for path in files), default=0)
        written = self._write(rows, number)
        if written is not None:
            waiting[written] = _ids(written)
        if waiting:
            raise ArfError(self._what_to_do({path: len(ids) for path, ids in waiting.items()}))
        if deferred.stopped is not None:
            raise deferred.stopped
        deferred.settle()

    def _write(self, rows: Iterator[Row], number: int) -> Path | None:
        part = self._folder / f".{self._name}.part"
        names = []
        with part.open("wb") as file:
            for row in rows:
                file.write(row.line)
                names.append(row.id)
        if not names:
            part.unlink()
            return None
        digest = sha256_text("\n".join(sorted(names)))[:8]
        path = self._folder / f"{self._name}-{number:02}-{digest}.jsonl"
        part.replace(path)
        return path

    def _what_to_do(self, counts: dict[Path, int]) -> str:
        first, *others = counts
        also = "".join(f", likewise {path.name}" for path in others)
        number = sum(counts.values())
        role = parameter(self._role)
        are = f"request of {role} is" if number == 1 else f"requests of {role} are"
        return (
            f"{number:,} {are} in {first}{also}: let them be answered into "
            f"{_results(first).name} beside it (vllm run-batch -i {first} -o {_results(first)} "
            f"--model {self.model}) and run dvc repro again"
        )


def _results(requests: Path) -> Path:
    return requests.with_suffix(".results.jsonl")


def _read_results(path: Path) -> Iterator[Result]:
    try:
        yield from read_records(path, Result)
    except ArfError as error:
        raise ArfError(
            f"{error}; correct the line, or take it out to have it asked again"
        ) from error


def _ids(requests: Path) -> frozenset[str]:
    return frozenset(row.custom_id for row in read_records(requests, Named))
