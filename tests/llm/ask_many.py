"""Asks many questions and writes the texts: `python ask_many.py URL COUNT CONCURRENCY OUT`.

A program of its own, to be killed at any moment, or run twice at once.
"""

import sys
from pathlib import Path

from asking import asking, question


def main(url: str, count: str, concurrency: str, out: str) -> None:
    folder = Path(out)
    limits = {"concurrency": int(concurrency)}
    with asking(url, folder / "metrics", limits=limits) as asker:
        found = asker.ask(question(number) for number in range(int(count)))
        lines = [f"{reply.question.id}\t{reply.text}\n" for reply in found]
    (folder / "done").write_text("".join(lines))


if __name__ == "__main__":
    main(*sys.argv[1:])
