"""The embedded default corpus: invented cases, a teacher's summaries, and errors planted in them.

It makes the default run need no key and no network, and lets tests assert that what was planted
is found. Its phrases and scenarios are data, in the YAML files of the folder `phrasebook`: `[a|b]`
are alternatives, `{name}` is a slot.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from pydantic import Field, field_validator

from arf.files import replacing
from arf.params import Section, did_you_mean
from arf.progress import progress
from arf.sample.cases import write_case
from arf.sample.corpus import channels, families, load_channel, load_shared
from arf.sample.phrases import Draw
from arf.sample.plan import TIERS, Planner, uniform
from arf.sample.story import draw_story, endings
from arf.sample.summaries import write_summary

_SHOW_EVERY = 200  # rows
Rate = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class SampleParams(Section):
    """The section `sample` of `params.yaml`.

    Attributes:
        per_channel: how many cases each channel gets.
        seed: another seed gives other cases. A case depends on seed, channel, index and families
            alone, and where a rate is so high that a case has to show what its error tells of, on
            the rate.
        families: the families of phrases that cases are drawn from. Families share no scenario and
            no phrase: what was built on one can be tested on another.
        rates: for each channel the share of summaries with each error.
    """

    per_channel: int = Field(ge=1)
    seed: int
    families: tuple[str, ...] = Field(min_length=1)
    rates: dict[str, dict[str, Rate]] = Field(min_length=1)

    @field_validator("families")
    @classmethod
    def _exist_once(cls, wanted: tuple[str, ...]) -> tuple[str, ...]:
        for name in wanted:
            if name not in families():
                raise ValueError(f"there is no family {name}; take {' or '.join(families())}")
            if wanted.count(name) > 1:
                raise ValueError(f"family {name} is named twice; name it once")
        return wanted

    @field_validator("rates")
    @classmethod
    def _can_be_planted(cls, rates: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
        known = sorted({channel for family in families() for channel in channels(family)})
        for channel, codes in rates.items():
            if channel not in known:
                guess = did_you_mean(channel, known)
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
    rates = params.rates[channel]
    makers = [_Maker(family, channel, rates) for family in sorted(params.families)]
    for index in range(1, params.per_channel + 1):
        key = f"{params.seed}/{channel}/{index}"
        yield makers[int(uniform(f"{key}/family") * len(makers))].make(key, index)


class _Maker:
    """Makes the cases of one family and channel."""

    def __init__(self, family: str, channel: str, rates: Mapping[str, float]):
        self._family = family
        self._channel = channel
        self._data = load_channel(family, channel)
        self._shared = load_shared(family)
        self._planner = Planner(rates, endings(self._data), self._data.frame.shares)

    def make(self, key: str, index: int) -> Rows:
        """Makes the case of that key."""
        data, shared = self._data, self._shared
        draw = Draw(key)
        story = draw_story(data, shared, self._planner, draw, key)
        written = write_case(data.frame, shared, story, draw)
        summary = write_summary(data, shared, story, written, key)
        name = {"id": f"{data.frame.prefix}-{index:06d}", "channel": self._channel}
        facts = {
            "scenario": story.scenario_name,
            "outcome": story.ending.kind,
            "feeling": story.feeling.word if story.feeling else None,
            **written.facts,
        }
        return Rows(
            case={**name, **written.content, "facts": facts, "synthetic": True},
            teacher={**name, "text": summary.text},
            truth={
                "id": name["id"],
                "family": self._family,
                "errors": summary.errors,
                "facts": summary.facts,
                "traps": summary.traps,
            },
        )


def write_sample(params: SampleParams, folder: Path, truth: Path) -> None:
    """Writes the corpus, streaming: the same parameters give the same bytes.

    A smaller `per_channel` gives the beginning of the same files.

    Args:
        params: how much of what.
        folder: gets `<channel>.jsonl` (raw cases, each marked as synthetic) and
            `teacher/<channel>.jsonl` (`id`, `channel`, `text`).
        truth: gets `<channel>.jsonl` (`id`, `family`; `errors`: `code`, `span`, `start` in
            characters of the teacher's text, `form`; `facts`: `slot`, `value` of what that text
            states or would state without its errors; `traps`: `kind`, `span`, `start` of what
            looks like an error and is none). Only evaluation may read it.
    """
    for channel in params.rates:
        name = f"{channel}.jsonl"
        paths = (folder / name, folder / "teacher" / name, truth / name)
        with ExitStack() as stack:
            files = [stack.enter_context(replacing(path)) for path in paths]
            advance = stack.enter_context(progress(f"sample {channel}", params.per_channel))
            for count, rows in enumerate(make_rows(params, channel), start=1):
                for file, row in zip(files, rows, strict=True):
                    file.write(json.dumps(row, ensure_ascii=False))
                    file.write("\n")
                if count % _SHOW_EVERY == 0:
                    advance(_SHOW_EVERY)
            advance(params.per_channel % _SHOW_EVERY)
