"""The asker behind OpenAI's Batch API: half the price, and answers within a day."""

import time
from collections.abc import Iterable, Iterator, Set
from contextlib import contextmanager

from arf.errors import ArfError
from arf.llm import Question, Reply
from arf.llm.cache import Answers
from arf.llm.deferred import Deferred
from arf.llm.deferred.batch_api import ENDED, BatchApi, NotThereError, State
from arf.llm.deferred.jobs import Job, Jobs
from arf.llm.deferred.rows import key_and_index, read_results
from arf.llm.desk import Desk
from arf.llm.endpoint import parameter
from arf.llm.faults import Fault
from arf.progress import say

FIRST_POLL, LONGEST_POLL, SLOWER = 2.0, 60.0, 1.3  # seconds between two looks, and their growth
FEW = 0.05  # of the open rows: a batch of fewer is the last that a budget gets
OUTAGE = 3600.0  # seconds for which looks at batches may fail
FULL = "token_limit_exceeded"  # more is under way than the account may have


class BatchAsker:
    """Asks an OpenAI-compatible endpoint by batches.

    All questions of an `ask` are held in memory: they are submitted together. Rows that fail or
    whose answers cannot be used are submitted again, alone.

    Args:
        desk: looks questions up and hands replies back.
    """

    provider = "openai"

    def __init__(self, desk: Desk) -> None:
        self.model = desk.endpoint.model
        self._desk = desk
        self._jobs = Jobs(desk.endpoint.base_url)

    def ask(self, questions: Iterable[Question]) -> Iterator[Reply]:
        """Answers each question, in order, once all have their replies.

        Raises:
            ArfError: the endpoint refuses everything or does not answer at all, or the budget is
                used up. What was answered by then is in the cache, and the next run waits for the
                batches that are under way.
        """
        desk = self._desk
        deferred = Deferred(desk, questions)
        if deferred.settle():
            with BatchApi(desk.endpoint, desk.role) as api:
                round_ = Round(desk.role, self._jobs, desk.answers, deferred, api)
                while deferred.settle():
                    round_.run()
        yield from deferred.replies()


class Round:
    """Submits what is open and waits for it."""

    def __init__(
        self, role: str, jobs: Jobs, answers: Answers, deferred: Deferred, api: BatchApi
    ) -> None:
        self._role = role
        self._jobs = jobs
        self._answers = answers
        self._deferred = deferred
        self._api = api

    def run(self) -> None:
        """Gets a result, good or bad, for each open row that the budget allows.

        Raises:
            BudgetUsedUp: it allows so few that they are not worth the hours of a batch.
        """
        wanted = len(self._deferred.ids)
        jobs = self._start()
        stopped = self._deferred.stopped
        if not jobs and stopped is not None:
            raise stopped
        try:
            self._wait(jobs)
        except KeyboardInterrupt:
            say(f"{self._role}: batches are under way; dvc repro goes on waiting for them")
            raise
        if stopped is not None and sum(len(job.ids) for job in jobs) < FEW * wanted:
            raise stopped

    def _start(self) -> list[Job]:
        with self._jobs.lock:
            self._deferred.refresh()
            wanted = self._deferred.ids.keys()
            jobs = [job for job in self._jobs.unfinished() if self._joins(job, wanted)]
            under_way = frozenset[str]().union(*(job.ids for job in jobs))
            for job in self._jobs.write(self._deferred.rows(under_way)):
                self._submit(job)
                jobs.append(job)
        return jobs

    def _joins(self, job: Job, wanted: Set[str]) -> bool:
        """Says whether an earlier job, or another process's, answers what is wanted."""
        if job.ids.isdisjoint(wanted):
            if job.record.batch is not None and all(map(self._is_kept, job.ids)):
                job.remove()
            return False
        if job.record.state == "creating":
            batch = self._api.find(job.name, job.record.since)
            if batch is not None:
                job.save("created", batch=batch)
        if job.record.batch is None:
            job.remove()
            return False
        say(f"{self._role}: waits for batch {job.record.batch}, which is under way")
        return True

    def _is_kept(self, row_id: str) -> bool:
        key, index = key_and_index(row_id)
        return any(stored.index == index for stored in self._answers.get(key))

    def _submit(self, job: Job) -> None:
        file = self._api.upload(job.requests, f"{job.name}.jsonl")
        batch = self._api.create(file, job.name, before=lambda: job.save("creating"))
        job.save("created", batch=batch)
        job.requests.unlink()

    def _wait(self, jobs: list[Job]) -> None:
        waiting = dict(enumerate(jobs, start=1))
        told: dict[int, int] = {}
        full: list[ArfError] = []
        pause, seen = FIRST_POLL, time.monotonic()
        while waiting:
            for number, job in list(waiting.items()):
                try:
                    with self._missing(job):
                        state = self._api.look(str(job.record.batch))
                except Fault as fault:
                    if time.monotonic() - seen > OUTAGE:
                        raise ArfError(
                            f"{parameter(self._role)}: no look at batch {job.record.batch} "
                            f"succeeds, at last: {fault}; dvc repro goes on waiting for it"
                        ) from fault
                    continue
                seen = time.monotonic()
                if state.status not in ENDED:
                    if told.get(number) != state.done:
                        told[number] = state.done
                        say(
                            f"{self._role}: batch {number} of {len(jobs)}: "
                            f"{state.done:,}/{len(job.ids):,} done"
                        )
                    continue
                del waiting[number]
                full += self._end(job, state)
            if waiting:
                time.sleep(pause)
                pause = min(pause * SLOWER, LONGEST_POLL)
        if full and len(full) == len(jobs):
            raise full[0]

    def _end(self, job: Job, state: State) -> list[ArfError]:
        """Takes what came of a batch; returns why it has to wait for others, if it has to."""
        batch = f"{parameter(self._role)}: batch {job.record.batch}"
        if state.status == "failed":
            job.remove()
            self._deferred.release(job.ids)
            error = ArfError(f"{batch} failed: {state.reason}; mend this and run dvc repro again")
            if state.code == FULL:
                return [error]
            raise error
        with self._jobs.lock:
            self._deferred.refresh()
            if not job.is_kept:  # another process took its results
                self._deferred.release(job.ids)
                return []
            paths = [job.folder / f"{file}.jsonl" for file in state.files]
            with self._missing(job):
                for file, path in zip(state.files, paths, strict=True):
                    self._api.download(file, path)
            results = (result for path in paths for result in read_results(path))
            fatal = self._deferred.take(results, job.ids, str(job.record.batch), job.record.since)
            job.remove()
        if fatal is not None:
            raise fatal
        if state.status == "cancelled":
            raise ArfError(f"{batch} was cancelled; dvc repro submits what it left open")
        return []

    @contextmanager
    def _missing(self, job: Job) -> Iterator[None]:
        try:
            yield
        except NotThereError as error:
            raise ArfError(
                f"{parameter(self._role)}: batch {job.record.batch} or its results are not there: "
                "set the key that it was submitted with; to submit its rows anew, delete "
                f"{job.folder}"
            ) from error
