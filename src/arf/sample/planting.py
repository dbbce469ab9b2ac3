"""Errors put into a summary."""

from collections.abc import Callable, Mapping

from arf.sample.corpus import Shared
from arf.sample.draft import Draft
from arf.sample.phrases import Mark, same_article
from arf.sample.story import draw_person
from arf.sample.telling import Sentence
from arf.sample.values import Code, Range, Value, numbers_in

_CLAUSE = 10  # a repetition with fewer words may be hung on a sentence


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


def _identifier(draft: Draft, shared: Shared, code: str) -> None:
    tell = shared.identifiers[draft.story.identifier_kind].tell
    draft.aside(tell, [draft.opening], draft.after_opening, code, slot="identifier")


def _redundant(draft: Draft, shared: Shared, code: str) -> None:
    """Says something of the summary once more, or closes with a sentence that only sums it up."""
    draw = draft.draw
    told = [sentence for sentence in draft.clean() if sentence.again]
    if not told or not draw.chance(0.65):
        closer = draw.pick(draft.frame.closers[draft.story.ending.kind])
        draft.add(draft.teller.tell(closer), draft.last, code, "closing")
        return
    first = draw.pick(told)
    phrase = draw.pick(first.again)
    draft.repeated = phrase.slots
    text = draft.teller.tell(phrase)
    later = draft.sentences()
    hosts = [host for host in later[later.index(first) + 1 :] if host.free]
    if hosts and text.text.count(" ") < _CLAUSE - 1 and draw.chance(0.45):
        lead = ", " if text.text.startswith("so ") else ", and "
        draft.hang(text.after(lead), draw.pick(hosts), code, "duplicate")
    else:
        early = first is draft.opening and draw.chance(0.3)
        draft.add(text, draft.repeats if early else draft.last, code, "duplicate")


def _unsupported(draft: Draft, shared: Shared, code: str) -> None:
    """Gets a fact wrong or, less often, adds one."""
    draw, style = draft.draw, draft.story.style
    numbers = numbers_in(draft.written.body)

    def absent(make: Callable[[], Value]) -> str | None:
        """Returns the first made value that the case says in no form; null if none was found."""
        for _ in range(50):
            value = make()
            if value.absent(draft.written.body, numbers):
                return value.text
        return None

    facts = [(sentence, mark) for sentence in draft.clean() for mark in sentence.marks]
    for sentence, mark in draw.shuffled(facts) if draw.chance(0.7) else ():
        make = _wrong(draft, shared, sentence, mark)
        right = sentence.text[mark.start : mark.end]
        wrong = absent(make) if make else None
        if wrong is not None and same_article(right, wrong):
            sentence.replace(mark, wrong, code)
            return
    invented = {
        "wrong_number": absent(lambda: style.value(Range("number", 2, 30), draw)),
        "wrong_day": absent(lambda: style.value(Range("day", 20, 60), draw)),
        "wrong_amount": absent(lambda: style.value(Range("amount", 10, 90), draw)),
        "wrong_name": absent(lambda: Value(draw_person(shared, draw).name)),
        "wrong_reference": absent(lambda: style.value(Code("@#-####"), draw)),
    }
    values = {name: value for name, value in invented.items() if value is not None}
    hosts = [draft.ending, *draft.middle]
    draft.aside(shared.errors.unsupported_detail, hosts, draft.tail, code, more=values)


def _wrong(
    draft: Draft, shared: Shared, sentence: Sentence, mark: Mark
) -> Callable[[], Value] | None:
    """Returns what makes wrong values for the place of a slot's; null if it is to stay.

    What is said again elsewhere stays, for that would not be a repetition any more; and so do
    words that a trap consists of.
    """
    story, draw = draft.story, draft.draw
    right = sentence.text[mark.start : mark.end]
    if mark.slot in draft.repeated or any(form == "telling" for _, form, _, _ in sentence.traps):
        return None
    if mark.slot == "who":
        if right != story.person.name:
            return None
        return lambda: Value(f"{story.person.first} {draw_person(shared, draw).last}")
    spec = story.scenario.values.get(mark.slot)
    if spec is None:
        return None
    if isinstance(spec, Range):
        wider = _wider(spec)
        return lambda: story.style.value(wider, draw)
    return (lambda: story.style.value(spec, draw)) if right[0].isupper() else None


def _wider(spec: Range) -> Range:
    """Returns a range in which a wrong value can be found that is as likely as the right one."""
    if spec.kind == "time":
        return spec
    if spec.low < 0:
        return Range(spec.kind, spec.low - 6, min(spec.high + 2, -1))
    least = 2 if spec.kind == "number" and spec.low > 1 else 1
    return Range(spec.kind, max(spec.low - 3, least), spec.high + max(6, spec.high // 3))


# In this order: what hangs on the opening comes before what may go anywhere, and facts are wrong
# only where they are not said again.
PLANT: Mapping[str, Callable[[Draft, Shared, str], None]] = {
    "exposed_identifier": _identifier,
    "inferred_sentiment": _sentiment,
    "unn_content_pleasantry": _pleasantry,
    "unn_content_email_copy": _email_copy,
    "unn_content_redundant": _redundant,
    "unsupported_detail": _unsupported,
}
