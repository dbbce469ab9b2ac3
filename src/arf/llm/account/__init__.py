"""What the requests of a stage come to, written down at its end whatever happens."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TextIO

from arf.errors import ArfError
from arf.files import replacing, write_json
from arf.layout import METRICS
from arf.llm.account.meter import Meter
from arf.llm.account.run_id import current_run
from arf.llm.endpoint import Endpoint, LlmParams, LocalModel, parameter
from arf.progress import say

REASONS = 3  # kinds of failure that a message names


class Account:
    """The requests of one stage.

    Attributes:
        stage: the stage.
        params: what holds for every role.
        run: an id of this `dvc repro`, which budgets hold for.
        expected: counts the questions that the stage will ask, null where nobody can.
        closing: closes what is open when the stage ends.
    """

    def __init__(
        self,
        stage: str,
        params: LlmParams,
        failures: TextIO,
        expected: Callable[[], int] | None,
    ) -> None:
        self.stage = stage
        self.expected = expected
        self.params = params
        self.run = current_run()
        self.closing = ExitStack()
        self.meters: dict[str, Meter] = {}
        self.failures = failures
        self.spent_before: Mapping[str, float] | None = None

    def meter(self, role: str, endpoint: Endpoint | LocalModel) -> Meter:
        """Returns the meter of a role, the same one each time.

        Raises:
            ArfError: there is a budget and no price for the model.
        """
        if role not in self.meters:
            self.meters[role] = Meter(self, role, endpoint)
        return self.meters[role]

    def refuse_failures(self, path: Path) -> None:
        """Tells which questions have no answer, and fails the stage where they are too many.

        Args:
            path: the list of failures, for the message.

        Raises:
            ArfError: they are more than `max_failed` allows.
        """
        for role, meter in self.meters.items():
            usage, most = meter.usage, meter.max_failed
            count = sum(usage.failed.values())
            if not count:
                continue
            kinds = Counter(usage.failed).most_common(REASONS)
            told = ", ".join(f"{kind} {number}" for kind, number in kinds)
            line = (
                f"{self.stage}: {count} of {usage.asked} questions of {parameter(role)} have no "
                f"answer ({told}; {meter.first_failed} first), listed with reasons in {path}"
            )
            if count > most * usage.asked:
                raise ArfError(
                    f"{line}: mend the cause or raise {meter.max_failed_name} ({most}); dvc repro "
                    "asks only those again"
                )
            say(line)


@contextmanager
def account(
    stage: str,
    params: LlmParams,
    folder: Path = METRICS / "requests",
    expected: Callable[[], int] | None = None,
) -> Iterator[Account]:
    """Accounts for the requests of a stage.

    At the end, also of a stage that fails, `usage.json` and `failures.jsonl` are written to
    `folder/stage`.

    Args:
        stage: the stage.
        params: what holds for every role.
        folder: where the files go.
        expected: counts the questions that there will be, for the time left, where a model is
            asked; null where nobody can.

    Raises:
        ArfError: too many questions of a role have no answer.
    """
    failures = folder / stage / "failures.jsonl"
    error: BaseException | None = None
    with replacing(failures) as file:
        found = Account(stage, params, file, expected)
        try:
            with found.closing:
                yield found
        except BaseException as raised:
            error = raised
    usage = {role: asdict(meter.usage) for role, meter in found.meters.items()}
    write_json(folder / stage / "usage.json", usage)
    if error is not None:
        raise error
    found.refuse_failures(failures)
