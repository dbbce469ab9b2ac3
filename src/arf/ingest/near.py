"""Near-duplicate texts by MinHash and banding, with memory that hardly grows."""

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import product
from tempfile import TemporaryFile
from typing import IO, Self
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.fuzz import ratio

from arf.ingest.store import Store

_SHINGLE = 5
_BANDS = 16
_ROWS = 4
_AT_ONCE = 1 << 16  # values of a band in memory
_FACTORS = np.random.default_rng(0).integers(2**63, size=_ROWS, dtype=np.uint64) * 2 + 1


class NearDuplicates:
    """Finds texts that are nearly the same as earlier ones.

    Word 5-shingles are MinHashed and banded (Leskovec, Rajaraman, Ullman, *Mining of Massive
    Datasets*, 3.3 and 3.4): 16 bands of 4 rows propose texts of Jaccard similarity around 0.5 and
    above; a proposal counts when the texts' edit similarity reaches `threshold` per cent.

    Texts lie in `store` and bands in temporary files, 128 bytes a text; memory is 4 bytes a text,
    and only while `pairs` runs. Use it as a context manager.
    """

    def __init__(self, store: Store, threshold: float = 90.0) -> None:
        from datasketch import MinHash  # takes half a second, which every command would wait for

        self._store = store
        self._threshold = threshold
        self._minhash = MinHash(num_perm=_BANDS * _ROWS, seed=1, hashfunc=crc32)
        self._count = 0
        self._files = ExitStack()
        open_file = self._files.enter_context
        self._bands = [open_file(TemporaryFile()) for _ in range(_BANDS)]  # noqa: SIM115

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._files.close()

    def add(self, key: str, text: str) -> None:
        """Remembers a text."""
        words = text.casefold().split()
        count = max(1, len(words) - _SHINGLE + 1)
        shingles = {" ".join(words[i : i + _SHINGLE]).encode() for i in range(count)}
        self._minhash.clear()
        self._minhash.update_batch(shingles)
        values = np.asarray(self._minhash.hashvalues, dtype=np.uint64).reshape(_BANDS, _ROWS)
        for file, band in zip(self._bands, (values * _FACTORS).sum(axis=1), strict=True):
            file.write(band.tobytes())
        self._store.put("near-key", str(self._count), key)
        self._store.put("near-text", str(self._count), text)
        self._count += 1

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Yields each text that is like an earlier one with that one, as keys, in order."""
        twins = np.full(self._count, -1, dtype=np.int32)
        parts = self._count // _AT_ONCE + 1
        for file, part in product(self._bands, range(parts)):
            numbers, values = _part(file, self._count, part, parts)
            firsts = numbers[_firsts(values)]
            open_ones = (firsts != numbers) & (twins[numbers] < 0)
            for first, number in zip(firsts[open_ones], numbers[open_ones], strict=True):
                if self._alike(first, number):
                    twins[number] = first
        for number in np.flatnonzero(twins >= 0):
            yield self._get("key", number), self._get("key", twins[number])

    def _alike(self, one: np.int64, other: np.int64) -> bool:
        texts = self._get("text", one), self._get("text", other)
        return ratio(*texts, score_cutoff=self._threshold) >= self._threshold

    def _get(self, what: str, number: np.int64) -> str:
        return self._store.get(f"near-{what}", str(number)) or ""


def _part(
    file: IO[bytes], texts: int, part: int, parts: int
) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
    """Reads the values of a band that fall into one of equal parts, with their texts' numbers."""
    file.seek(0)
    numbers, values = [], []
    for start in range(0, texts + 1, _AT_ONCE):
        block = np.fromfile(file, dtype=np.uint64, count=_AT_ONCE)
        chosen = np.flatnonzero(block % np.uint64(parts) == part)
        numbers.append(chosen + start)
        values.append(block[chosen])
    return np.concatenate(numbers), np.concatenate(values)


def _firsts(values: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Returns, for each value, where it first stands."""
    _, first, inverse = np.unique(values, return_index=True, return_inverse=True)
    return first[inverse]
