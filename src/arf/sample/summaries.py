"""Summaries as a teacher would write them, and the errors planted in them."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from arf.sample.cases import Written
from arf.sample.corpus import Channel, Shared
from arf.sample.phrases import Draw, Mark
from arf.sample.story import Story, draw_person
from arf.sample.telling import Draft, Sentence

SHORTEST = 35
"""The fewest words of a summary, unless its case says too little."""
LONGEST = 75
"""The most words of a summary, unless very many errors come together."""
_ATTEMPTS = 12


@dataclass(frozen=True)
class Summary:
    """A summary.

    Attributes:
        text: all of it.
        errors: what is wrong with it: `code`, `span`, `start` in characters.
        facts: slot and value of what it states, or would state without its errors.
    """

    text: str
    errors: list[dict[str, Any]]
    facts: list[dict[str, str]]


def _sentiment(draft: Draft, shared: Shared, code: str) -> None:
    phrases = shared.errors.inferred_sentiment
    complaint = draft.story.scenario.complaint
    if draft.story.ending.kind == "resolved" and not (complaint and draft.draw.chance(0.25)):
        draft.aside(phrases.positive, [draft.ending], draft.tail, code)
    elif draft.story.ending.kind == "resolved" or (complaint and draft.draw.chance(0.4)):
        draft.aside(phrases.negative, [draft.opening], draft.after_opening, code)
    else:
        draft.aside(phrases.negative, [draft.ending], draft.tail, code)


def _pleasantry(draft: Draft, shared: Shared, code: str) -> None:
    if draft.story.courtesy is not None:
        draft.aside(draft.story.courtesy.tell, [draft.ending], draft.tail, code)


def _email_copy(draft: Draft, shared: Shared, code: str) -> None:
    draft.aside(draft.frame.copy_.tell, [draft.ending], draft.tail, code)


def _redundant(draft: Draft, shared: Shared, code: str) -> None:
    story = draft.story
    choice = draft.draw.between(1, 20)
    if choice <= 7 and story.scenario.opening.again:
        draft.add(story.scenario.opening.again, draft.middle, code)
    else:
        closing = story.ending.again if choice <= 15 else draft.frame.closers[story.ending.kind]
        draft.add(closing, draft.last, code)


def _identifier(draft: Draft, shared: Shared, code: str) -> None:
    tell = shared.identifiers[draft.story.identifier_kind].tell
    draft.aside(tell, [draft.opening], draft.after_opening, code, slot="identifier")


def _unsupported(draft: Draft, shared: Shared, code: str) -> None:
    """Gets a fact wrong or, less often, adds one."""
    core = [draft.opening, *draft.middle, draft.ending]
    facts = [(sentence, mark) for sentence in core for mark in sentence.marks]
    for sentence, mark in draft.draw.shuffled(facts) if draft.draw.chance(0.7) else ():
        wrong = _wrong_value(draft, shared, sentence, mark)
        if wrong is not None:
            sentence.replace(mark, wrong, code)
            return
    style = draft.story.style
    invented = {
        "wrong_number": _absent(draft, lambda: style.value({"number": (2, 12)}, draft.draw)),
        "wrong_day": _absent(draft, lambda: style.value({"day": (20, 60)}, draft.draw)),
        "wrong_amount": _absent(draft, lambda: style.value({"amount": (10, 50)}, draft.draw)),
        "wrong_name": _absent(draft, lambda: draw_person(shared, draft.draw).name),
    }
    values = {name: value for name, value in invented.items() if value is not None}
    draft.aside(shared.errors.unsupported_detail, [draft.ending], draft.tail, code, **values)


def _absent(draft: Draft, make: Callable[[], str]) -> str | None:
    """Returns the first made value that the case does not contain; null if none was found."""
    for _ in range(50):
        value = make()
        if not re.search(rf"(?<!\w){re.escape(value)}(?!\w)", draft.written.body):
            return value
    return None


def _wrong_value(draft: Draft, shared: Shared, sentence: Sentence, mark: Mark) -> str | None:
    """Returns a number or name that is wrong in the place of a slot's; null if it is neither."""
    story, draw = draft.story, draft.draw
    right = sentence.text[mark.start : mark.end]
    if mark.slot == "who":
        if right == story.person.name:
            return _absent(draft, lambda: f"{story.person.first} {draw_person(shared, draw).last}")
        return None
    spec = story.scenario.values.get(mark.slot)
    if spec is None or not (isinstance(spec, dict) or right[0].isupper() or right[0].isdigit()):
        return None
    return _absent(draft, lambda: story.style.value(spec, draw))


# In this order: what hangs on the opening comes before what may go anywhere.
_PLANT: Mapping[str, Callable[[Draft, Shared, str], None]] = {
    "exposed_identifier": _identifier,
    "inferred_sentiment": _sentiment,
    "unn_content_pleasantry": _pleasantry,
    "unn_content_email_copy": _email_copy,
    "unn_content_redundant": _redundant,
}


def _report_feeling(draft: Draft) -> None:
    """Reports a feeling that the customer did state, which is no error."""
    feeling = draft.story.feeling
    if feeling is None or not draft.draw.chance(0.7):
        return
    tell = draft.frame.feelings.tell
    if draft.story.early_feeling:
        draft.aside(tell, [draft.opening], draft.after_opening)
    else:
        draft.aside(tell, [draft.ending], draft.tail)


def _fill(draft: Draft) -> None:
    """Tells more of the case until the summary is long enough."""
    story = draft.story
    goal = SHORTEST + draft.draw.between(0, 4)
    units = [*draft.written.background, story.finding]
    if story.scenario.request is not None:
        units.append(story.scenario.request)
    chosen: dict[int, Sentence] = {}
    for number in draft.draw.shuffled(range(len(units))):
        if draft.words() + sum(len(s.text.split()) for s in chosen.values()) >= goal:
            break
        chosen[number] = draft.core(units[number])
    draft.middle[:0] = [chosen[number] for number in sorted(chosen)]


def write_summary(
    channel: Channel, shared: Shared, story: Story, written: Written, key: str
) -> Summary:
    """Writes the summary of a case with the errors that its story plans."""
    for attempt in range(_ATTEMPTS):
        draft = _draft(channel, shared, story, written, Draw(key, "summary", attempt))
        if SHORTEST <= draft.words() <= LONGEST:
            break
    return _assemble(draft)


def _draft(channel: Channel, shared: Shared, story: Story, written: Written, draw: Draw) -> Draft:
    draft = Draft(channel, story, written, draw)
    _report_feeling(draft)
    for code, plant in _PLANT.items():
        if code in story.planned:
            plant(draft, shared, code)
    _fill(draft)
    if "unsupported_detail" in story.planned:
        _unsupported(draft, shared, "unsupported_detail")
    draft.tail = draw.shuffled(draft.tail)
    return draft


def _assemble(draft: Draft) -> Summary:
    text = ""
    errors = []
    for sentence in draft.sentences():
        offset = len(text) + 1 if text else 0
        text += f"{' ' if text else ''}{sentence.text}."
        for code, start, end in sorted(sentence.errors, key=lambda error: error[1]):
            span = text[offset + start : offset + end]
            errors.append({"code": code, "span": span, "start": offset + start})
    facts = [{"slot": slot, "value": value} for slot, value in draft.facts.items()]
    return Summary(text, errors, facts)
