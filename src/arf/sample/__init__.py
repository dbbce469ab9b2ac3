"""The embedded default corpus: invented cases, a teacher's summaries, and errors planted in them.

It makes the default run need no key and no network, and lets tests assert that what was planted
is found. Its phrases and scenarios are data, in the YAML files of the folder `phrasebook`: `[a|b]`
are alternatives, `{name}` is a slot.
"""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from pydantic import Field, field_validator

from arf.files import replacing
from arf.params import Section, did_you_mean
from arf.sample.cases import write_case
from arf.sample.corpus import channels, load_channel, load_shared
from arf.sample.plan import TIERS, Planner
from arf.sample.story import draw_story, kinds
from arf.sample.summaries import write_summary

Rate = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class SampleParams(Section):
    """The section `sample` of `params.yaml`.

    Attributes:
        per_channel: how many cases each channel gets.
        seed: another seed gives other cases. Cases depend on seed, channel and index alone, and
            where a rate is so high that a case has to show what its error tells of, on the rate.
        rates: for each channel the share of summaries with each error.
    """

    per_channel: int = Field(ge=1)
    seed: int
    rates: dict[str, dict[str, Rate]] = Field(min_length=1)

    @field_validator("rates")
    @classmethod
    def _can_be_planted(cls, rates: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
        for channel, codes in rates.items():
            if channel not in channels():
                guess = did_you_mean(channel, list(channels()))
                raise ValueError(f"there is no sample for channel {channel}{guess}; remove it")
            for code in codes:
                if code not in TIERS:
                    guess = did_you_mean(code, list(TIERS))
                    raise ValueError(
                        f"{channel}.{code} cannot be planted{guess}; remove it or take one of "
                        + ", ".join(TIERS)
                    )
        return rates


class Rows(NamedTuple):
    """One case in the three files."""

    case: dict[str, Any]
    teacher: dict[str, Any]
    truth: dict[str, Any]


def make_rows(params: SampleParams, channel: str) -> Iterator[Rows]:
    """Makes the cases of one channel, with their summaries and the truth about these."""
    data, shared = load_channel(channel), load_shared()
    planner = Planner(params.rates[channel], kinds(data), data.frame.shares)
    for index in range(1, params.per_channel + 1):
        key = f"{params.seed}/{channel}/{index}"
        story = draw_story(data, shared, planner, key)
        written = write_case(data.frame, shared, story, key)
        summary = write_summary(data, shared, story, written, key)
        identity = f"{data.frame.prefix}-{index:06d}"
        facts = {
            "scenario": story.scenario_name,
            "outcome": story.ending.kind,
            "feeling": story.feeling.word if story.feeling else None,
            **written.facts,
        }
        yield Rows(
            case={
                "id": identity,
                "channel": channel,
                **written.content,
                "facts": facts,
                "synthetic": True,
            },
            teacher={"id": identity, "channel": channel, "text": summary.text},
            truth={"id": identity, "errors": summary.errors, "facts": summary.facts},
        )


def write_sample(params: SampleParams, folder: Path, truth: Path) -> None:
    """Writes the corpus, streaming: the same parameters give the same bytes.

    A smaller `per_channel` gives the beginning of the same files.

    Args:
        params: how much of what.
        folder: gets `<channel>.jsonl` (raw cases, each marked as synthetic) and
            `teacher/<channel>.jsonl` (`id`, `channel`, `text`).
        truth: gets `<channel>.jsonl` (`id`, `errors`: `code`, `span`, `start` in characters of the
            teacher's text; `facts`: `slot`, `value` of what that text states or would state
            without its errors). Only evaluation may read it.
    """
    for channel in params.rates:
        name = f"{channel}.jsonl"
        paths = (folder / name, folder / "teacher" / name, truth / name)
        with ExitStack() as stack:
            files = [stack.enter_context(replacing(path)) for path in paths]
            for rows in make_rows(params, channel):
                for file, row in zip(files, rows, strict=True):
                    file.write(json.dumps(row, ensure_ascii=False))
                    file.write("\n")
