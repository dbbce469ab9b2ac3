"""What is hidden from an endpoint, and what it costs: `python benchmarks/privacy.py [--data DIR]`.

The identifiers that customers give in made-up cases are known, so what is left of them can be
counted, by kind. `--data` counts what is found in the cases of your own folder, and checks that
every text comes back as it was. `--names` counts the customers' names that a spaCy model finds.
"""

import argparse
import re
from collections import Counter
from pathlib import Path
from sys import maxsize
from time import process_time

from rules import made

from arf.ingest.raw import read_rows, to_case
from arf.llm.privacy import Pseudonymiser
from arf.llm.privacy.personal import find_personal
from arf.sample.corpus import families, load_shared
from arf.sample.frame import Identifier

PRIVACY = Pseudonymiser()


def hide(text: str) -> tuple[str, dict[str, str]]:
    """Returns a text as it would leave, and what stands in it for what."""
    messages, surrogates = PRIVACY.hide([{"role": "user", "content": text}])
    return messages[0]["content"], surrogates


def shape(identifier: str) -> str:
    """Returns an identifier, or a pattern of one, with # for a digit and @ for a capital letter."""
    if "@example" in identifier:
        return "e-mail"
    return re.sub("[A-Z]", "@", re.sub(r"\d", "#", identifier))


def kind_of(value: str, body: str, kinds: dict[str, Identifier]) -> str | None:
    """Returns the kind of an identifier that a case gives, told by the words around it."""
    said = [
        (phrase.source.replace("{identifier}", value), name)
        for name, kind in kinds.items()
        for phrase in (*kind.answer, *kind.mention)
        if shape(value) in map(shape, kind.patterns)
    ]
    found = [(len(words), name) for words, name in said if words.lower() in body.lower()]
    return max(found)[1] if found else None


def planted(n: int, seed: int) -> None:
    """Prints how many of the identifiers that were planted in made-up cases are hidden, by kind."""
    given, hidden = Counter[str](), Counter[str]()
    for family in families():
        kinds = load_shared(family).identifiers
        for case, _, _ in made(family, n, seed):
            value = case.extra["facts"].get("identifier")
            kind = kind_of(value, case.body(), kinds) if value else None
            if kind is not None:
                given[kind] += 1
                hidden[kind] += value not in hide(case.body())[0]
    for kind, count in given.most_common():
        print(f"planted   {kind}: {hidden[kind]} of {count} hidden")


def names(model: str, n: int, seed: int) -> None:
    """Prints how many of the customers' names a language model hides, and what that takes."""
    privacy = Pseudonymiser(model)
    given = hidden = letters = 0
    begun = process_time()
    for family in families():
        for case, _, _ in made(family, n, seed):
            name, body = case.extra["facts"].get("name"), case.body()
            if name and name in body:
                given += 1
                letters += len(body)
                messages, _ = privacy.hide([{"role": "user", "content": body}])
                hidden += name not in messages[0]["content"]
    cost = (process_time() - begun) / letters * 1e6
    print(f"names     {hidden} of {given} hidden by {model}; {cost:.0f} ms per 1,000 characters")


def own(folder: Path) -> None:
    """Prints what is found in the cases of a folder, and what hiding them takes."""
    for path in sorted(folder.glob("*.jsonl")):
        texts = [to_case(row, path.stem, "train", maxsize).body() for row in read_rows(path)]
        begun = process_time()
        pairs = [hide(text) for text in texts]
        spent = process_time() - begun
        back = sum(
            PRIVACY.restore(hid, surrogates) == text
            for text, (hid, surrogates) in zip(texts, pairs, strict=True)
        )
        found = Counter(span.kind for text in texts for span in find_personal(text))
        told = ", ".join(f"{kind} {count}" for kind, count in found.most_common())
        cost = spent / sum(map(len, texts)) * 1e6
        print(f"{path.stem}: {told or 'nothing found'} in {len(texts)} cases; {back} of them come "
              f"back as they were; {cost:.2f} ms per 1,000 characters")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=2000, help="made-up cases a family")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--data", type=Path, help="a folder with a file of cases a channel")
    parser.add_argument("--names", metavar="MODEL", help="a spaCy model that is installed")
    args = parser.parse_args()
    planted(args.n, args.seed)
    if args.names is not None:
        names(args.names, args.n, args.seed)
    if args.data is not None:
        own(args.data)


if __name__ == "__main__":
    main()
