"""Near-duplicate texts by MinHash and banding, with memory that does not grow."""

import numpy as np
from datasketch import MinHash
from rapidfuzz.fuzz import ratio

from arf.ingest.store import Store

_SHINGLE = 5
_BANDS = 16
_ROWS = 4


class NearDuplicates:
    """Finds an earlier text that is nearly the same as a new one.

    Word 5-shingles are MinHashed and banded (Leskovec, Rajaraman, Ullman, *Mining of Massive
    Datasets*, 3.3 and 3.4): 16 bands of 4 rows propose texts of Jaccard similarity around 0.5 and
    above; a proposal counts when the texts' edit similarity reaches `threshold`.
    """

    def __init__(self, store: Store, threshold: float = 90.0) -> None:
        self._store = store
        self._threshold = threshold

    def find(self, key: str, text: str) -> str | None:
        """Remembers a text and returns the key of an earlier one like it, if any."""
        words = text.casefold().split()
        count = max(1, len(words) - _SHINGLE + 1)
        shingles = {" ".join(words[i : i + _SHINGLE]).encode() for i in range(count)}
        minhash = MinHash(num_perm=_BANDS * _ROWS, seed=1)
        minhash.update_batch(shingles)
        bands = np.asarray(minhash.hashvalues).reshape(_BANDS, _ROWS)
        found = None
        for number, band in enumerate(bands):
            slot = f"{number}:{band.tobytes().hex()}"
            earlier = self._store.get("band", slot)
            if earlier is None:
                self._store.put("band", slot, key)
            elif found is None and self._alike(earlier, text):
                found = earlier
        self._store.put("text", key, text)
        return found

    def _alike(self, earlier: str, text: str) -> bool:
        return ratio(self._store.get("text", earlier) or "", text) >= self._threshold
