"""Stems of English words, Snowball's."""

from functools import lru_cache

from snowballstemmer import stemmer

_STEMMER = stemmer("english")


@lru_cache(maxsize=16384)
def stem(word: str) -> str:
    """Returns the stem of a lower-case word: `refunded` and `refunds` are `refund`."""
    return str(_STEMMER.stemWord(word))
