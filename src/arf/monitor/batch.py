"""A file of new outputs, each in one row with its case, read as ingest reads raw files."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from arf.errors import ArfError
from arf.ingest.convert import DataParams
from arf.ingest.quarantine import Quarantine
from arf.ingest.raw import BrokenRowError, Row, row_id, to_case
from arf.params import did_you_mean
from arf.records import Case, Output

_OUTPUT = ("output", "summary")


class Batch:
    """New outputs of one file: `{id, channel, text | turns, fields, output}` a row.

    Attributes:
        path: the file.
        name: its name, without the ending.
        counts: usable outputs by channel.
        broken: how many rows were set aside.
        quarantine: the file that lists those.

    Args:
        path: the file.
        channels: those that there are.
        params: the `data` section, for `max_words` and `max_quarantine`.
        out: the folder in which `quarantine/` lists broken rows.

    Raises:
        ArfError: there is no such file, no row in it, or too many rows are broken.
    """

    def __init__(self, path: Path, channels: Sequence[str], params: DataParams, out: Path) -> None:
        if not path.is_file():
            raise ArfError(f"{path}: no such file; name a JSON Lines file (docs/monitor.md)")
        self.path = path
        self.name = path.stem
        self._channels = list(channels)
        self._params = params
        self._folder = out / "quarantine"
        self.quarantine = self._folder / f"{self.name}.jsonl"
        self.quarantine.unlink(missing_ok=True)
        sieve = Quarantine(self._folder, params.max_quarantine)
        # All rows are read before the first is labelled: a wrong file must cost no money.
        self.counts = Counter(case.channel for case, _ in self._sift(sieve))
        self.broken = sieve.count
        if not self.counts:
            raise ArfError(f"{path}: no row with an output in it; see docs/monitor.md")

    def pairs(self) -> Iterator[tuple[Case, Output]]:
        """Streams the outputs with their cases, in file order."""
        return self._sift(Quarantine(self._folder, self._params.max_quarantine))

    def _sift(self, sieve: Quarantine) -> Iterator[tuple[Case, Output]]:
        seen: set[tuple[str, str]] = set()

        def convert(row: Row) -> tuple[Case, Output]:
            case, output = self._pair(row)
            if (case.channel, case.id) in seen:
                raise BrokenRowError(f"repeated id {case.id}")
            seen.add((case.channel, case.id))
            return case, output

        return sieve.sift(self.path, self.name, convert)

    def _pair(self, row: Row) -> tuple[Case, Output]:
        item = row_id(row)
        channel = row.value.get("channel")
        if channel not in self._channels:
            guess = did_you_mean(str(channel), self._channels)
            raise BrokenRowError(f"unknown channel {channel!r}{guess}" if channel else "no channel")
        # An empty output is one: it is counted as unscored, since students can fall silent.
        text = next((row.value[name] for name in _OUTPUT if name in row.value), None)
        if not isinstance(text, str):
            raise BrokenRowError("no output: a row is a case with its output (or summary) as text")
        bare = {name: value for name, value in row.value.items() if name not in _OUTPUT}
        case = to_case(replace(row, value=bare), channel, "test", self._params.max_words)
        return case, Output(
            id=item, channel=channel, source=self.name, text=text, provider="recorded"
        )
