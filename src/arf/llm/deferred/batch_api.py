"""OpenAI's Batch API: files up, batches on, files down."""

import ssl
import time
from collections.abc import Callable, Mapping
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Self, TypeVar

from arf.errors import ArfError
from arf.llm.deferred.rows import URL
from arf.llm.endpoint import Endpoint, parameter
from arf.llm.faults import Fault, NoSchema, Refused, refusal, tls_refusal

if TYPE_CHECKING:
    from openai.types import Batch

T = TypeVar("T")
SECONDS = 120  # for any one read or write
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0  # seconds between two tries of a request
SETTLE = 10.0  # seconds after which a batch whose creation broke off is listed, or never will be
LOOKED_AT = 2000  # batches, the newest, among which one must be; clocks may differ by days
ENDED = frozenset(("completed", "failed", "expired", "cancelled"))


class State(NamedTuple):
    """How far a batch is.

    Attributes:
        status: as the API calls it.
        done: rows answered or failed.
        files: ids of the files with answers and with errors.
        code: the code of what validation found wrong.
        reason: the words for it.
    """

    status: str
    done: int
    files: tuple[str, ...]
    code: str | None
    reason: str


class BatchApi:
    """The files and batches of one endpoint.

    All methods raise `ArfError` where no further try can do.
    """

    def __init__(self, endpoint: Endpoint, role: str) -> None:
        from openai import DefaultHttpxClient, Omit, OpenAI

        from arf.llm.live.client import ACCOUNT

        self._endpoint = endpoint
        self._role = role
        self._where = f"{parameter(role)}: {endpoint.base_url}"
        whose: Any = {name: Omit() for name in ACCOUNT}
        self._client = OpenAI(
            base_url=endpoint.base_url,
            api_key=endpoint.read_key(role),
            max_retries=0,
            timeout=SECONDS,
            default_headers=None if endpoint.is_openai else whose,
            http_client=DefaultHttpxClient(trust_env=not endpoint.is_loopback),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def upload(self, path: Path, name: str) -> str:
        """Sends a file of rows and returns its id."""

        def send() -> str:
            with path.open("rb") as rows:
                return self._client.files.create(file=(name, rows), purpose="batch").id

        return self._try(send)

    def create(self, file: str, job: str, before: Callable[[], None]) -> str:
        """Creates a batch of an uploaded file, exactly one, and returns its id.

        Args:
            file: the file's id.
            job: what the batch's metadata name as `arf_job`.
            before: called before each try.
        """

        def send() -> str:
            batch = self._client.batches.create(
                input_file_id=file,
                endpoint=URL,
                completion_window="24h",
                metadata={"arf_job": job},
            )
            return batch.id

        def create() -> str:
            before()
            begun = time.time()
            try:
                return self._once(send)
            except Fault:
                # It may have been created all the same.
                found = self.find(job, begun)
                if found is None:
                    raise
                return found

        return self._try(create)

    def find(self, job: str, since: float) -> str | None:
        """Returns the id of the batch of a job, null where none was created.

        Args:
            job: what the batch's metadata name as `arf_job`.
            since: when it was asked for, in seconds of Unix time.
        """
        left = min(max(since + SETTLE - time.time(), 0), SETTLE)
        until = time.monotonic() + left
        while True:
            found = self._try(lambda: self._listed(job))
            if found is not None or time.monotonic() >= until:
                return found
            time.sleep(SETTLE / 10)

    def _listed(self, job: str) -> str | None:
        newest = self._client.batches.list(limit=100)  # further pages are fetched as needed
        for batch in islice(newest, LOOKED_AT):
            if (batch.metadata or {}).get("arf_job") == job:
                return batch.id
        return None

    def look(self, batch: str) -> State:
        """Returns how far a batch is.

        Raises:
            Fault: this look failed; another may not.
        """
        return self._once(lambda: _state(self._client.batches.retrieve(batch)))

    def download(self, file: str, path: Path) -> None:
        """Fetches a file of results."""

        def fetch() -> None:
            with self._client.files.with_streaming_response.content(file) as content:
                content.stream_to_file(path)

        self._try(fetch)

    def _try(self, work: Callable[[], T]) -> T:
        tries = self._endpoint.limits.tries
        for number in range(tries):
            try:
                return self._once(work)
            except Fault as fault:
                if number == tries - 1:
                    raise ArfError(
                        f"{self._where}: {fault}, in {tries} tries; run dvc repro again when it is "
                        "well: what is under way is kept"
                    ) from fault
                pause = fault.retry_after or FIRST_PAUSE * 2**number
                time.sleep(min(pause, LONGEST_PAUSE))
        raise AssertionError

    def _once(self, work: Callable[[], T]) -> T:
        import httpx2
        import openai

        try:
            return work()
        except openai.APIStatusError as error:
            raise self._refusal(error.status_code, error.response.headers, error.body) from error
        except openai.APITimeoutError as error:
            raise Fault("no answer in time", "down", own=True, kind="timeout") from error
        except (openai.APIConnectionError, httpx2.HTTPError) as error:
            cause: BaseException | None = error
            while cause is not None:
                if isinstance(cause, ssl.SSLError):
                    raise tls_refusal(self._where, cause) from error
                cause = cause.__cause__ or cause.__context__
            words = str(error.__cause__ or error) or type(error).__name__
            raise Fault(f"the connection broke: {words}", "down", own=False) from error
        except (openai.APIError, ValueError, AttributeError, TypeError) as error:
            raise Fault(f"the answer cannot be read: {error}", "down", own=True) from error

    def _refusal(self, status: int, headers: Mapping[str, str], body: object) -> Exception:
        if status in (404, 405):
            return NotThereError(
                f"{self._where} has no Batch API, or not what was asked of it ({status}): set "
                f"mode: live or file for {parameter(self._role)}"
            )
        error = refusal(self._endpoint, self._role, status, headers, body)
        if isinstance(error, Refused):
            return ArfError(f"{self._where}: {error.failure.reason}")
        if isinstance(error, NoSchema):
            return ArfError(f"{self._where}: refuses the batch ({status})")
        return error


class NotThereError(ArfError):
    """There is no such batch or file, or no Batch API at all."""


def _state(batch: "Batch") -> State:
    counts = batch.request_counts
    files = (batch.output_file_id, batch.error_file_id)
    wrong = batch.errors.data[0] if batch.errors and batch.errors.data else None
    return State(
        batch.status,
        counts.completed + counts.failed if counts else 0,
        tuple(file for file in files if file),
        wrong.code if wrong else None,
        (wrong.message if wrong else None) or "no reason is told",
    )
