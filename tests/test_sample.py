import json
import math
import re
from collections import Counter
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from arf.errors import ArfError
from arf.params import load_section
from arf.records import Case
from arf.sample import Rows, SampleParams, make_rows, write_sample
from arf.sample.corpus import Scenario, channels, load_channel
from arf.sample.phrases import Draw, parse
from arf.sample.plan import TIERS, Features, Planner, shown

RATES = {
    "botchat": {
        "inferred_sentiment": 0.8,
        "unn_content_pleasantry": 0.6,
        "unn_content_email_copy": 0.25,
        "unn_content_redundant": 0.3,
        "exposed_identifier": 0.1,
        "unsupported_detail": 0.05,
    },
    "webform": {
        "inferred_sentiment": 0.8,
        "unn_content_pleasantry": 0.1,
        "unn_content_email_copy": 0.15,
        "unn_content_redundant": 0.3,
        "exposed_identifier": 0.2,
        "unsupported_detail": 0.05,
    },
}
CHANNELS = tuple(RATES)
COUNT = 2000

FEELINGS = re.compile(
    r"\b(frustrat|annoy|upset|worri|disappoint|angry|relie[fv]|happy|pleased|glad|satisf|dissatisf"
    r"|displeas|unhappy|anxious|impatient|irritat|exasperat|concerned|grateful|content\b|delight"
    r"|appreciat|welcomed|reassured|let down|ignored|misled)",
    re.IGNORECASE,
)
NUMBER_WORDS = re.compile(
    r"\b(two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b", re.IGNORECASE
)
NO_NAMES = {"ID"}


def params(count: int = COUNT, seed: int = 0, rates: Any = None) -> SampleParams:
    return SampleParams(per_channel=count, seed=seed, rates=rates or RATES)


@cache
def corpus(channel: str) -> tuple[Rows, ...]:
    return tuple(make_rows(params(), channel))


def body(rows: Rows) -> str:
    row = {
        key: rows.case[key]
        for key in ("id", "channel", "turns", "text", "fields")
        if key in rows.case
    }
    return Case.model_validate_json(json.dumps({**row, "split": "train"})).body()


def codes(rows: Rows) -> set[str]:
    return {error["code"] for error in rows.truth["errors"]}


def without_errors(rows: Rows) -> str:
    text = rows.teacher["text"]
    for error in sorted(rows.truth["errors"], key=lambda error: -error["start"]):
        text = text[: error["start"]] + text[error["start"] + len(error["span"]) :]
    return text


def write(folder: Path, wanted: SampleParams) -> dict[str, bytes]:
    write_sample(wanted, folder / "sample", folder / "truth")
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_writes_the_layout_and_nothing_else(tmp_path):
    files = write(tmp_path, params(3))
    assert set(files) == {
        f"{folder}/{channel}.jsonl"
        for folder in ("sample", "sample/teacher", "truth")
        for channel in CHANNELS
    }
    first = {name: json.loads(content.splitlines()[0]) for name, content in files.items()}
    assert first["sample/botchat.jsonl"]["id"] == "bot-000001"
    assert first["sample/webform.jsonl"]["id"] == "web-000001"
    assert set(first["sample/botchat.jsonl"]) == {"id", "channel", "turns", "facts", "synthetic"}
    assert set(first["sample/webform.jsonl"]) == {
        "id", "channel", "text", "fields", "facts", "synthetic",
    }  # fmt: skip
    assert {"product", "issue", "date_received"} == set(first["sample/webform.jsonl"]["fields"])
    assert set(first["sample/teacher/webform.jsonl"]) == {"id", "channel", "text"}
    assert set(first["truth/webform.jsonl"]) == {"id", "errors", "facts"}
    assert first["sample/botchat.jsonl"]["synthetic"] is True


def test_repeats_byte_by_byte(tmp_path):
    assert write(tmp_path / "a", params(40)) == write(tmp_path / "b", params(40))


def test_a_smaller_corpus_is_the_beginning_of_a_larger_one(tmp_path):
    small, large = write(tmp_path / "a", params(25)), write(tmp_path / "b", params(60))
    for name, content in small.items():
        assert content.count(b"\n") == 25
        assert large[name].startswith(content)


def test_channels_do_not_depend_on_each_other(tmp_path):
    both = write(tmp_path / "a", params(20))
    one = write(tmp_path / "b", params(20, rates={"webform": RATES["webform"]}))
    assert one == {name: content for name, content in both.items() if "webform" in name}


def test_another_seed_gives_another_corpus():
    first = next(iter(make_rows(params(1), "botchat")))
    other = next(iter(make_rows(params(1, seed=1), "botchat")))
    assert first.case["turns"] != other.case["turns"]


@pytest.mark.parametrize("channel", CHANNELS)
def test_rates_change_summaries_and_not_cases(channel):
    low = {channel: dict.fromkeys(TIERS, 0.0)}
    for clean, dirty in zip(
        make_rows(params(50, rates=low), channel), corpus(channel), strict=False
    ):
        assert clean.truth["errors"] == []
        if codes(dirty) <= {"unn_content_redundant", "unsupported_detail"}:
            assert clean.case == dirty.case


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("code", TIERS)
def test_rates_are_met(channel, code):
    rate = RATES[channel][code]
    found = sum(code in codes(rows) for rows in corpus(channel)) / COUNT
    assert found == pytest.approx(rate, abs=4 * math.sqrt(rate * (1 - rate) / COUNT))


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("code", TIERS)
def test_every_code_can_be_in_all_summaries_or_none(channel, code):
    for rate in (0.0, 1.0):
        rows = make_rows(params(60, rates={channel: {code: rate}}), channel)
        assert {code in codes(row) for row in rows} == {rate == 1.0}


@pytest.mark.parametrize("channel", CHANNELS)
def test_all_codes_at_once(channel):
    every = {channel: dict.fromkeys(TIERS, 1.0)}
    for rows in make_rows(params(60, rates=every), channel):
        assert sorted(error["code"] for error in rows.truth["errors"]) == sorted(TIERS)
        assert_spans(rows)


@pytest.mark.parametrize("channel", CHANNELS)
def test_errors_are_called_for_by_the_case(channel):
    def share(code: str, wanted: Any) -> float:
        chosen = [rows for rows in corpus(channel) if wanted(rows.case["facts"])]
        return sum(code in codes(rows) for rows in chosen) / len(chosen)

    trouble = share("inferred_sentiment", lambda f: not f["feeling"] and f["outcome"] != "resolved")
    assert trouble == 1.0
    assert share("inferred_sentiment", lambda f: f["feeling"]) == 0.0
    assert share("unn_content_redundant", lambda f: f["outcome"] == "refused") > 0.7
    assert share("unn_content_redundant", lambda f: f["outcome"] != "refused") == 0.0
    assert share("exposed_identifier", lambda f: "identifier" not in f) == 0.0


def assert_spans(rows: Rows) -> None:
    text = rows.teacher["text"]
    end = 0
    for error in sorted(rows.truth["errors"], key=lambda error: error["start"]):
        assert error["span"]
        assert text[error["start"] :].startswith(error["span"])
        assert error["start"] >= end, "spans overlap"
        end = error["start"] + len(error["span"])


@pytest.mark.parametrize("channel", CHANNELS)
def test_spans_are_verbatim_and_apart(channel):
    for rows in corpus(channel):
        assert_spans(rows)


@pytest.mark.parametrize("channel", CHANNELS)
def test_sentences_and_clauses_with_errors_can_be_taken_out(channel):
    whole = {
        "inferred_sentiment",
        "unn_content_pleasantry",
        "unn_content_email_copy",
        "unn_content_redundant",
    }
    for rows in corpus(channel):
        text = rows.teacher["text"]
        for error in rows.truth["errors"]:
            if error["code"] in whole:
                before = text[: error["start"]]
                assert before == "" or before.endswith((". ", ", "))
                assert text[error["start"] + len(error["span"])] == "."


def tokens(text: str) -> list[str]:
    return [token.strip(".,:;!?()[]-'\"") for token in re.split(r"[\s$£€]+", text)]


def ungrounded(text: str, source: str) -> list[str]:
    """Numbers and names of a text that are not in its source, found without the project's code."""
    numbers = [token for token in tokens(text) if re.search(r"\d", token)]
    sentences = re.split(r"(?<!Mr)(?<!Ms)\. ", text)
    names = [
        token
        for sentence in sentences
        for token in tokens(sentence)[1:]
        if token[:1].isupper() and token not in NO_NAMES
    ]
    found = {token.lower() for token in tokens(source)}
    claims = numbers + NUMBER_WORDS.findall(text) + names
    return [claim for claim in claims if claim.lower() not in found]


@pytest.mark.parametrize("channel", CHANNELS)
def test_summaries_are_grounded_but_for_what_was_planted(channel):
    for rows in corpus(channel):
        text, source = rows.teacher["text"], body(rows)
        for error in rows.truth["errors"]:
            if error["code"] == "unsupported_detail":
                span, start = error["span"], error["start"]
                assert not re.search(rf"(?<!\w){re.escape(span)}(?!\w)", source), text
                text = text[:start] + text[start + len(span) :]
        assert ungrounded(text, source) == [], text


@pytest.mark.parametrize("channel", CHANNELS)
def test_facts_are_in_the_case(channel):
    for rows in corpus(channel):
        source = body(rows)
        meta = {"scenario", "outcome", "feeling"}
        for slot, value in rows.case["facts"].items():
            assert slot in meta or value.lower() in source.lower(), (slot, value)
        assert rows.truth["facts"]
        for fact in rows.truth["facts"]:
            assert fact["value"].lower() in source.lower(), fact
            if "unsupported_detail" not in codes(rows):
                assert fact["value"].lower() in rows.teacher["text"].lower(), fact


@pytest.mark.parametrize("channel", CHANNELS)
def test_exposed_identifiers_are_the_customers(channel):
    spans = [
        (error["span"], rows)
        for rows in corpus(channel)
        for error in rows.truth["errors"]
        if error["code"] == "exposed_identifier"
    ]
    assert spans
    assert all(rows.case["facts"]["identifier"] == span for span, rows in spans)
    for rows in corpus(channel):
        if "exposed_identifier" not in codes(rows) and "identifier" in rows.case["facts"]:
            assert rows.case["facts"]["identifier"] not in rows.teacher["text"]


@pytest.mark.parametrize("channel", CHANNELS)
def test_stated_feelings_are_a_trap(channel):
    stated = [rows for rows in corpus(channel) if rows.case["facts"]["feeling"]]
    assert 0.1 < len(stated) / COUNT < 0.2
    reported = 0
    for rows in stated:
        feeling = rows.case["facts"]["feeling"]
        assert feeling in body(rows)
        assert "inferred_sentiment" not in codes(rows)
        reported += feeling in rows.teacher["text"]
    assert 0.6 < reported / len(stated) < 0.8


@pytest.mark.parametrize("channel", CHANNELS)
def test_no_feeling_stands_where_none_was_stated_or_planted(channel):
    for rows in corpus(channel):
        if rows.case["facts"]["feeling"] is None:
            assert not FEELINGS.search(body(rows)), body(rows)
            assert not FEELINGS.search(without_errors(rows)), rows.teacher["text"]
        for error in rows.truth["errors"]:
            if error["code"] == "inferred_sentiment":
                assert FEELINGS.search(error["span"]), error


@pytest.mark.parametrize("channel", CHANNELS)
def test_no_text_comes_twice(channel):
    rows = corpus(channel)
    assert len({body(row) for row in rows}) == COUNT
    assert len({row.teacher["text"] for row in rows}) > 0.995 * COUNT


@pytest.mark.parametrize("channel", CHANNELS)
def test_lengths(channel):
    cases = [len(body(rows).split()) for rows in corpus(channel)]
    summaries = [len(rows.teacher["text"].split()) for rows in corpus(channel)]
    assert min(cases) >= 60
    assert max(cases) <= 160
    assert 70 <= sum(cases) / COUNT <= 95
    assert min(summaries) >= 35
    assert max(summaries) <= 75
    assert 40 <= sum(summaries) / COUNT <= 50


@pytest.mark.parametrize("channel", CHANNELS)
def test_texts_are_well_formed(channel):
    wrong = re.compile(
        r"  |[{}\[\]|]| [.,;:?!]|\.\.|,,|, and and |\b(they|They) was\b|\b(s?he|S?he) were\b"
        r"|\b(\w+) \3\b|\ba (?!used|util|one|uni)[aeiou]\w+|\ba [$£€](?:8|11|18)|//"
    )
    for rows in corpus(channel):
        for text in (body(rows), rows.teacher["text"]):
            bad = wrong.search(text)
            assert bad is None, (bad, text)
            assert not re.search(r"(?<!Mr)(?<!Ms)[.?!] [a-z]", text), text
        text = rows.teacher["text"]
        assert text[0].isupper()
        assert text.endswith(".")
        for sentence in re.findall(r"(?<!Mr)(?<!Ms)\. (\S)", text):
            assert sentence.isupper() or sentence.isdigit()


@pytest.mark.parametrize("channel", CHANNELS)
def test_cases_vary(channel):
    facts = [rows.case["facts"] for rows in corpus(channel)]
    scenarios = Counter(fact["scenario"] for fact in facts)
    assert len(scenarios) >= 6
    assert min(scenarios.values()) > COUNT / len(scenarios) / 2
    outcomes = Counter(fact["outcome"] for fact in facts)
    assert all(outcomes[kind] > COUNT / 10 for kind in ("resolved", "pending", "refused"))
    starts = Counter(" ".join(rows.teacher["text"].split()[2:6]) for rows in corpus(channel))
    assert max(starts.values()) < COUNT / 10


def test_dialogues_alternate_and_name_the_speakers():
    for rows in corpus("botchat"):
        speakers = [turn["speaker"] for turn in rows.case["turns"]]
        assert all(a != b for a, b in pairwise(speakers)), body(rows)
        assert set(speakers) == {"customer", "bot"}


@pytest.mark.parametrize("channel", channels())
def test_every_phrase_uses_known_slots_and_openings_name_the_customer(channel):
    voice = {"who", "they", "them", "their", "theirs", "was", "bot"}
    for name, scenario in load_channel(channel).scenarios.items():
        own = set(scenario.values)
        units = [scenario.opening, *scenario.background, *scenario.finding, *scenario.endings]
        units += [scenario.request] if scenario.request else []
        for unit in units:
            for phrase in unit.say:
                assert phrase.slots() <= own, (name, phrase)
            for phrase in (*unit.tell, *unit.again):
                assert phrase.slots() <= own | voice, (name, phrase)
        assert all("who" in phrase.slots() for phrase in scenario.opening.tell), name


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (
            {"rates": {"botchat": {"missing_reason": 0.1}}},
            "botchat.missing_reason cannot be planted",
        ),
        ({"rates": {"botchat": {"infered_sentiment": 0.1}}}, "did you mean inferred_sentiment?"),
        ({"rates": {"phone": {}}}, "there is no sample for channel phone"),
        ({"rates": {"botchat": {"inferred_sentiment": 1.2}}}, "rates.botchat.inferred_sentiment"),
        ({"rates": {"botchat": {"inferred_sentiment": -0.1}}}, "rates.botchat.inferred_sentiment"),
        ({"rates": {"botchat": {"inferred_sentiment": float("nan")}}}, "inferred_sentiment"),
        ({"rates": {}}, "rates"),
        ({"per_channel": 0}, "per_channel"),
        ({"seed": "x"}, "seed"),
        ({"volume": 3}, "volume"),
    ],
)
def test_bad_parameters(change, complaint):
    with pytest.raises(ValidationError, match=re.escape(complaint)):
        SampleParams(**{"per_channel": 1, "seed": 0, "rates": RATES, **change})


def test_a_bad_rate_in_the_file_is_one_clear_line(tmp_path):
    path = tmp_path / "params.yaml"
    path.write_text("sample: {per_channel: 1, seed: 0, rates: {webform: {wrong_outcome: 0.1}}}\n")
    with pytest.raises(ArfError) as caught:
        load_section("sample", SampleParams, path)
    message = str(caught.value)
    assert "sample.rates" in message
    assert "webform.wrong_outcome cannot be planted" in message
    assert "\n" not in message


def test_planner_prefers_the_cases_that_call_for_an_error():
    shares = load_channel("botchat").frame.shares
    kinds = {"resolved": 0.5, "pending": 0.25, "refused": 0.25}
    planner = Planner({"unn_content_redundant": 0.5}, kinds, shares)
    for kind, expected in (("refused", 1.0), ("pending", 1 / 3), ("resolved", 1 / 3)):
        case = Features(kind, feeling=False, copy=False, courtesy=False, identifier=False)
        found = sum("unn_content_redundant" in planner.plan(case, str(n)) for n in range(3000))
        assert found / 3000 == pytest.approx(expected, abs=0.035)


def test_shown_makes_the_case_fit_the_plan():
    case = Features("pending", feeling=True, copy=False, courtesy=False, identifier=False)
    assert shown(case, frozenset()) == case
    assert shown(case, frozenset(TIERS)) == Features(
        "pending", feeling=False, copy=True, courtesy=True, identifier=True
    )


def test_phrase_renders_alternatives_and_marks_slots():
    phrase = parse("[Hi|Hello], {name}[!|]")
    assert phrase.slots() == {"name"}
    seen = {phrase.render(Draw(n), {"name": "Ann"}).text for n in range(40)}
    assert seen == {"Hi, Ann!", "Hello, Ann!", "Hi, Ann", "Hello, Ann"}
    rendered = phrase.render(Draw(0), {"name": "Ann"})
    (mark,) = rendered.marks
    assert rendered.text[mark.start : mark.end] == "Ann"


@pytest.mark.parametrize("source", ["", None, 3, "[a|b", "a]", "{a", "a}", "[a|[b]]"])
def test_malformed_phrases(source):
    with pytest.raises(ValueError, match=r"phrase|unbalanced"):
        parse(source)


def test_a_scenario_may_not_take_a_slot_of_the_generator():
    scenario = next(iter(load_channel("botchat").scenarios.values()))
    fields = {name: getattr(scenario, name) for name in Scenario.model_fields}
    with pytest.raises(ValidationError, match="answer is filled by the generator"):
        Scenario(**{**fields, "values": {"answer": ["yes"]}})
