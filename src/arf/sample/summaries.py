"""Summaries as a teacher would write them, with planted errors and harmless traps."""

from dataclasses import dataclass
from typing import Any

from arf.sample.cases import Written, capitalised
from arf.sample.corpus import Channel, Shared
from arf.sample.draft import Draft
from arf.sample.phrases import Draw
from arf.sample.planting import PLANT
from arf.sample.story import Story

SHORTEST = 35
"""The fewest words of a summary."""
LONGEST = 75
"""The most words of a summary, unless very many errors come together."""
_ATTEMPTS = 6


@dataclass(frozen=True)
class Summary:
    """A summary.

    Attributes:
        text: all of it.
        errors: what is wrong with it: `code`, `span`, `start` in characters, `form`.
        facts: slot and value of what it states, or would state without its errors.
        traps: what looks wrong in it and is not: `kind`, `span`, `start`.
    """

    text: str
    errors: list[dict[str, Any]]
    facts: list[dict[str, str]]
    traps: list[dict[str, Any]]


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
    draft = Draft(channel, story, written, draw, "unn_content_redundant" in story.planned)
    draft.fill(max(24, SHORTEST + draw.between(-2, 14) - 5 * len(story.planned)))
    draft.merge()
    _report_feeling(draft)
    for code, plant in PLANT.items():
        if code in story.planned:
            plant(draft, shared, code)
    _report_contact(draft)
    draft.fill(SHORTEST)
    draft.tail = draw.shuffled(draft.tail)
    return draft


def _report_feeling(draft: Draft) -> None:
    """Reports a feeling that the customer did state, which is no error."""
    if draft.story.feeling is None or not draft.draw.chance(0.7):
        return
    tell = draft.frame.feelings.tell
    if draft.story.early_feeling:
        draft.aside(tell, [draft.opening], draft.after_opening, "stated_feeling", trap=True)
    else:
        draft.aside(tell, [draft.ending], draft.tail, "stated_feeling", trap=True)


def _report_contact(draft: Draft) -> None:
    """Repeats a contact of the company, which is no error."""
    contact = draft.story.contact
    if contact is None or not draft.draw.chance(0.6):
        return
    aside = contact.told("bot" if draft.frame.layout == "dialogue" else "customer")
    hosts = [draft.ending, *draft.middle]
    draft.aside(aside, hosts, draft.tail, "venue_contact", slot="contact", trap=True)


def _assemble(draft: Draft) -> Summary:
    text = ""
    errors, traps = [], []
    for sentence in draft.sentences():
        offset = len(text) + 1 if text else 0
        text += f"{' ' if text else ''}{capitalised(sentence.text)}."
        for code, form, start, end in sorted(sentence.errors, key=lambda error: error[2]):
            span = text[offset + start : offset + end]
            errors.append({"code": code, "span": span, "start": offset + start, "form": form})
        for kind, _, start, end in sorted(sentence.traps, key=lambda trap: trap[2]):
            traps.append(
                {"kind": kind, "span": text[offset + start : offset + end], "start": offset + start}
            )
    facts = [
        {"slot": slot, "value": value if value in text else capitalised(value)}
        for slot, value in draft.facts.items()
    ]
    return Summary(text, errors, facts, traps)
