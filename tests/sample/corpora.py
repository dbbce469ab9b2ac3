"""Rows of the sample for its tests."""

import json
from functools import cache
from typing import Any

from arf.records import Case
from arf.sample import Rows, SampleParams, make_rows
from arf.sample.corpus import channels, families

RATES = {
    "botchat": {
        "inferred_sentiment": 0.8,
        "unn_content_pleasantry": 0.6,
        "unn_content_email_copy": 0.25,
        "unn_content_redundant": 0.3,
        "exposed_identifier": 0.1,
        "unsupported_detail": 0.15,
    },
    "webform": {
        "inferred_sentiment": 0.8,
        "unn_content_pleasantry": 0.1,
        "unn_content_email_copy": 0.15,
        "unn_content_redundant": 0.3,
        "exposed_identifier": 0.2,
        "unsupported_detail": 0.15,
    },
}
CHANNELS = tuple(RATES)
COUNT = 2000
CORPORA = [(family, channel) for family in families() for channel in channels(family)]


def params(
    count: int = COUNT, seed: int = 0, rates: Any = None, families: Any = ("a",)
) -> SampleParams:
    return SampleParams(per_channel=count, seed=seed, families=families, rates=rates or RATES)


@cache
def corpus(family: str, channel: str) -> tuple[Rows, ...]:
    return tuple(make_rows(params(families=[family]), channel))


def said(rows: Rows) -> str:
    """What customer and bot say."""
    case = rows.case
    return case["text"] if "text" in case else " ".join(turn["text"] for turn in case["turns"])


def body(rows: Rows) -> str:
    names = ("id", "channel", "turns", "text", "fields")
    row = {key: rows.case[key] for key in names if key in rows.case}
    return Case.model_validate_json(json.dumps({**row, "split": "train"})).body()


def codes(rows: Rows) -> set[str]:
    return {error["code"] for error in rows.truth["errors"]}


def without_errors(rows: Rows) -> str:
    text = rows.teacher["text"]
    for error in sorted(rows.truth["errors"], key=lambda error: -error["start"]):
        text = text[: error["start"]] + text[error["start"] + len(error["span"]) :]
    return text
