"""Asks by batches and writes the texts: `python ask_batch.py URL COUNT ROWS OUT`.

A program of its own, to be killed at any moment, or run twice at once. It says when it begins.
"""

import sys
from pathlib import Path

from asking import asking, question

from arf.llm.deferred import batch, batch_api, jobs


def main(url: str, count: str, rows: str, out: str) -> None:
    jobs.MOST_ROWS = int(rows)
    batch.FIRST_POLL, batch.LONGEST_POLL = 0.02, 0.05
    batch_api.SETTLE = 1.0
    folder = Path(out)
    with asking(url, folder / "metrics", mode="batch") as asker:
        sys.stdout.write("begins\n")
        sys.stdout.flush()
        found = asker.ask(question(number) for number in range(int(count)))
        lines = [f"{reply.question.id}\t{reply.text}\n" for reply in found]
    (folder / "done").write_text("".join(lines))


if __name__ == "__main__":
    main(*sys.argv[1:])
