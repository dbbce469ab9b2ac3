"""Remarks that say much the same, as clusters that may be codes."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from arf.stats import rounded
from arf.taxonomy import Taxonomy
from arf.text import stem
from arf.upkeep.remarks import Remark, content, words_of

LEAST = 6  # remarks of which clusters are made
_MOST = 8  # clusters of one set of remarks
_EACH = 3  # remarks that a cluster has at least
_ALIKE = 0.1  # cosine from which a cluster looks like a code
_SPAN = 0.5  # what the words marked weigh beside what was said of them
_TERMS = 5
_COMPARED = 2000  # remarks that the silhouette compares, each with each


@dataclass(frozen=True)
class Cluster:
    """Remarks that say much the same.

    Attributes:
        code: the code that they all explain, of which they may be a sub-type; null for remarks
            without one, which may be a code that is missing.
        remarks: the most central first.
        terms: the words that weigh most.
        nearest: the existing code, other than their own, whose text is most like them; null where
            none is like them at all.
        likeness: cosine between the two, 0 to 1; null where `nearest` is.
    """

    code: str | None
    remarks: tuple[Remark, ...]
    terms: tuple[str, ...]
    nearest: str | None
    likeness: float | None

    @property
    def channels(self) -> dict[str, int]:
        """How many remarks are of each channel."""
        return dict(sorted(Counter(remark.channel for remark in self.remarks).items()))

    def examples(self, most: int) -> list[Remark]:
        """Returns the most central remarks, no two that read the same."""
        by_words: dict[tuple[str, str], Remark] = {}
        for remark in self.remarks:
            by_words.setdefault((remark.note.casefold(), remark.span.casefold()), remark)
        return list(by_words.values())[:most]


def cluster(remarks: Iterable[Remark], taxonomy: Taxonomy, seed: int) -> list[Cluster]:
    """Clusters the remarks without a code, and those on each code by themselves.

    Of fewer than `LEAST` no clusters are made, and what is left alone or in pairs is none. Clusters
    are by k-means over TF-IDF of stems, their number by the mean silhouette (Rousseeuw 1987,
    J. Comput. Appl. Math. 20, 53-65).

    Args:
        remarks: what people said.
        taxonomy: the codes.
        seed: of k-means.

    Returns:
        Those without a code first, then by code in the order of the taxonomy, large ones first.
    """
    pools: dict[str | None, list[Remark]] = defaultdict(list)
    for remark in remarks:
        pools[remark.code].append(remark)
    return [
        found
        for code in (None, *taxonomy.codes)
        if len(pools[code]) >= LEAST
        for found in _of_pool(pools[code], code, taxonomy, seed)
        if len(found.remarks) >= _EACH
    ]


def _of_pool(
    remarks: Sequence[Remark], code: str | None, taxonomy: Taxonomy, seed: int
) -> list[Cluster]:
    import numpy as np
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.preprocessing import normalize

    # K-means begins with rows of chance, which must not depend on who labelled first.
    remarks = sorted(remarks, key=lambda remark: (remark.note, remark.span, remark.channel))
    others = [name for name in taxonomy.codes if name != code]
    own = [words_of(taxonomy.codes[name]) for name in others]
    notes, spans = [remark.note for remark in remarks], [remark.span for remark in remarks]
    vectorizer = TfidfVectorizer(analyzer=_analyse).fit([*notes, *spans, *own])
    rows = normalize(vectorizer.transform(notes) + _SPAN * vectorizer.transform(spans))
    surfaces = _surfaces((*notes, *spans))
    names = [surfaces.get(term, term) for term in vectorizer.get_feature_names_out()]
    codes = vectorizer.transform(own)
    assigned = _assign(rows, seed)
    found = []
    for number in np.unique(assigned):
        members = np.flatnonzero(assigned == number)
        centre = np.asarray(rows[members].mean(axis=0)).ravel()
        order = np.argsort(-(rows[members] @ centre), kind="stable")
        weights = np.argsort(-centre, kind="stable")[:_TERMS]
        likeness = codes @ (centre / np.linalg.norm(centre))
        best = int(np.argmax(likeness)) if others else 0
        like = float(likeness[best]) if others else 0.0
        found.append(
            Cluster(
                code,
                tuple(remarks[members[i]] for i in order),
                tuple(names[i] for i in weights if centre[i] > 0),
                others[best] if like >= _ALIKE else None,
                rounded(like) if like >= _ALIKE else None,
            )
        )
    return sorted(found, key=lambda each: (-len(each.remarks), each.terms))


def _assign(rows: Any, seed: int) -> Any:
    """Returns the number of each row's cluster, by the k with the best silhouette.

    All rows are one cluster where no division has a silhouette above 0.
    """
    import numpy as np
    from sklearn.cluster import KMeans
    from sklearn.metrics import silhouette_score

    distinct = len({tuple(zip(row.indices, row.data.round(9), strict=True)) for row in rows})
    best, score = np.zeros(rows.shape[0], dtype=int), 0.0
    for k in range(2, min(_MOST, distinct, rows.shape[0] // _EACH) + 1):
        labels = KMeans(k, n_init=10, random_state=seed).fit_predict(rows)
        size = min(_COMPARED, rows.shape[0])
        reached = silhouette_score(rows, labels, sample_size=size, random_state=seed)
        if reached > score + 1e-9:
            best, score = labels, reached
    return best


def _analyse(text: str) -> list[str]:
    return [stem(word) for word in content(text)]


def _surfaces(texts: Iterable[str]) -> dict[str, str]:
    """Returns the word that each stem most often stands for."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for text in texts:
        for word in content(text):
            counts[stem(word)][word] += 1
    return {
        root: min(words, key=lambda word: (-words[word], word)) for root, words in counts.items()
    }
