"""What an endpoint's refusals mean."""

from typing import Any

import pytest

from arf.errors import ArfError
from arf.llm.endpoint import Endpoint
from arf.llm.faults import Fault, NoSchema, Refused, refusal, retry_after

ENDPOINT = Endpoint(
    provider="openai", base_url="https://llm.example/v1", model="big-1", key="BIG_KEY"
)


def told(status: int, body: Any = None, headers: dict[str, str] | None = None) -> Exception:
    return refusal(ENDPOINT, "teacher", status, headers or {}, body)


def openai_error(message: str, code: str | None = None) -> dict[str, Any]:
    return {"error": {"message": message, "code": code, "type": "invalid_request_error"}}


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (401, openai_error("Incorrect API key provided", "invalid_api_key"), "BIG_KEY"),
        (403, None, "BIG_KEY"),
        (402, openai_error("Payment required"), "credit"),
        (429, openai_error("You exceeded your current quota", "insufficient_quota"), "credit"),
        (
            404,
            openai_error("The model `big-1` does not exist", "model_not_found"),
            "no model big-1",
        ),
        (404, "<html>not found</html>", "roles.teacher.base_url"),
        (308, None, "redirection"),
    ],
)
def test_what_every_request_would_meet_ends_the_run(status: int, body: Any, words: str) -> None:
    error = told(status, body)
    assert isinstance(error, ArfError)
    assert words in str(error)
    assert "roles.teacher" in str(error)
    assert "\n" not in str(error)


def test_a_429_without_retry_after_waits_for_the_quota_that_is_used_up() -> None:
    headers = {
        "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "1m2s",
        "x-ratelimit-remaining-tokens": "90", "x-ratelimit-reset-tokens": "9s",
    }  # fmt: skip
    fault = told(429, headers=headers)
    assert isinstance(fault, Fault)
    assert fault.retry_after == 60
    assert retry_after(headers | {"retry-after": "3"}) == 3
    assert retry_after(headers | {"x-ratelimit-remaining-requests": "4"}) is None


def test_odd_words_of_a_refusal_can_be_kept() -> None:
    refused = told(400, openai_error("no \ud800 way"))
    assert isinstance(refused, Refused)
    assert "no ? way" in refused.failure.reason


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, openai_error("maximum context length is 8192", "context_length_exceeded"), "context"),
        (400, {"message": "The prompt is too long: 9000 tokens"}, "context"),
        (413, None, "context"),
        (400, openai_error("filtered", "content_filter"), "content_filter"),
        (403, openai_error("filtered", "content_filter"), "content_filter"),
        (400, openai_error("temperature must be below 2"), "rejected"),
        (422, {"detail": "no"}, "rejected"),
    ],
)  # fmt: skip
def test_what_one_request_met_ends_that_one(status: int, body: Any, kind: str) -> None:
    error = told(status, body)
    assert isinstance(error, Refused)
    assert error.failure.kind == kind


@pytest.mark.parametrize(
    ("status", "verdict", "own"),
    [(429, "throttled", False), (529, "throttled", False), (500, "down", True),
     (502, "down", False), (503, "down", False), (504, "down", False), (408, "down", True)],
)  # fmt: skip
def test_what_may_pass_is_tried_again(status: int, verdict: str, own: bool) -> None:
    error = told(status, openai_error("please wait"), {"retry-after": "3"})
    assert isinstance(error, Fault)
    assert (error.verdict, error.own, error.retry_after) == (verdict, own, 3.0)


def test_an_endpoint_without_schemas_is_told_apart() -> None:
    assert isinstance(told(400, openai_error("response_format is not supported")), NoSchema)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "2"}, 2.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "-4"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        (
            {"retry-after": "Tue, 24 Nov 2026 10:00:30 GMT"}
            | {"date": "Tue, 24 Nov 2026 10:00:00 GMT"},
            30.0,
        ),
        ({"retry-after": "Tue, 24 Nov 2026 10:00:30 GMT"}, None),
    ],
)  # fmt: skip
def test_retry_after_in_all_its_forms(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds


def test_long_words_of_an_endpoint_are_cut() -> None:
    error = told(400, openai_error("no " * 500))
    assert len(str(error)) < 300
