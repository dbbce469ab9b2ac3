"""The fixer `neutral_wording`: feelings go, and what they were about is told instead."""

import re

from arf.revise.rules.saying import content, said, slight, told, unsaid
from arf.revise.rules.surgery import Refusal, without_phrase
from arf.revise.rules.verbs import gerund_of, past_of
from arf.text import Clause, begins_with_verb

_GLAD = re.compile(
    r"happ|pleas|glad|satisf|grate|thank|reliev|reassur|delight|excit|hope|enthus|eager|keen|"
    r"optimis|confident|impress|apprecia|content|comfort|forward",
    re.IGNORECASE,
)
_SAD = re.compile(r"unhapp|displeas|dissatisf|unsatisf|discontent|uncomfort", re.IGNORECASE)
_FEAR = re.compile(r"worr[iy]|afraid|fear|scared|anxi|nerv|apprehens|alarm|concern", re.IGNORECASE)
_DOUBT = re.compile(
    r"reluct|hesit|unsure|uncertain|unconvinced|doubt|s[ck]eptic|suspic|wary|distrust",
    re.IGNORECASE,
)
_MAYBE = re.compile(r"\s(?:might|may|could|would|will)\b")
_RISK = re.compile(r"^ (?!having|being told|nothing|something|anything|everything)\w+ing\b")
_SEEN = re.compile(
    r"^.*\b(?:shows?|showed|suggest(?:s|ed)?|indicate[sd]?|implie[sd])\s(?:that\s)?"
    r"(?P<who>they|he|she|the customer)\s$",
    re.IGNORECASE,
)
# Two clauses that the splitter took for one: *happy with the news and no booking was made*.
_TWO = re.compile(r"\sand\s(?:no|the|an?|his|her|their)\s[\w\s]+?\s(?:was|were|is|are)\s")
_ABSOLUTE = re.compile(
    r",?\s(?:and|with)\s(?:him|her|them|both|everyone|(?:the|both|all|his|her|their)\s[\w-]+)$"
)
_SET_OFF = re.compile(r"^(?:,|(?:to|with|in|much)\b)|ly$")
_CUT_SHORT = re.compile(r"\b(?:much|more|very|so|too|quite|rather|less)$")
_WILLING = re.compile(r"happ|pleas|glad|willing|content", re.IGNORECASE)
_EAGER = re.compile(r"eager|keen|anxious|excit|desperate|hopeful|impatient", re.IGNORECASE)
_OFFSET = re.compile(
    r"^\s(?:from the (?:very )?(?:start|outset|beginning)|throughout|overall|at first|initially|"
    r"too|as well|both|all along)(?=\s|$)"
)
_COMPLEMENT = re.compile(
    r"^,?\s(?:particularly |especially |mainly )?(?P<word>that|how|because|since|as|about|over|by|"
    r"at|with|for|of|to|in|on|towards?)(?P<rest>,? .+)$"
)
_GOES_ON = re.compile(
    r"^\s(?:(?:(?:and|but)\s|still\s|(?:and|but)\sstill\s)\w+ing|(?:(?:and|but)\s)?(?:still\s)?"
    r"(?:without|unable|not))\b"
)
_GERUND = re.compile(r"^(?= \w+ing\b)")
_LEARN = re.compile(
    r"^ (?P<verb>learn|find|see|hear|discover|realise|realize|notice|read|receive)\b"
)
_NO_NOUN = re.compile(r"^ (?:what|how|why|whether|who|when|where|\w+ing)\b")
_CONCESSION = re.compile(r"(?:al)?though|while|despite", re.IGNORECASE)
_LONG = 4  # words of content
_PRESENT = frozenset(("is", "are", "feel", "feels", "seem", "seems", "remain", "remains"))
_PLURAL = re.compile(r"^(?:they|we|both|all)\b", re.IGNORECASE)
_LINK = re.compile(
    r"\b(?:had been|has been|have been|was|were|is|are|felt|feels?|seem(?:s|ed)?|appear(?:s|ed)?|"
    r"remain(?:s|ed)?|became|becomes?|grew|sounded|left|ended up)\b",
    re.IGNORECASE,
)
_CARRIED = re.compile(
    r"\b(?:express|convey|voic|show|shar|display|exhibit)(?:ed|es|ing|s)\s(?:[\w-]+\s){0,2}$"
)
_STATED = re.compile(r"(?<!felt)(?: (?:him|her|them|the \w+|[A-Z]\w+))? that\s")
_TO_WHOM = re.compile(r" (?:him|her|them|the \w+|[A-Z]\w+) that ")
_BE = re.compile(r".*\b(is|are|was|were)\b", re.DOTALL)
_KEEPS = re.compile(r"^(?:had been|has been|have been|was|were|is|are|remain(?:s|ed)|left)\b")


def neutral(clause: Clause, start: int, end: int, rest: str) -> str | None:
    """Returns a clause without the feeling at its characters `start` to `end`.

    Null where the whole clause goes. `rest` is the text around the clause: what the feeling was
    about is told only where the rest does not tell it.

    Raises:
        Refusal: no rewrite is safe.
    """
    if _CUT_SHORT.search(clause.text[start:end]):
        more = re.match(r"\s\w+", clause.text[end:])
        end += len(more[0]) if more else 0
    head, body, tail = clause.text[:start], clause.text[start:end], clause.text[end:]
    carried = _CARRIED.search(head)
    if carried and clause.opens_with(head[: carried.start()]):
        head, body = head[: carried.start()], clause.text[carried.start() : end]
        start = carried.start()
    verb = _LINK.search(body)
    subject = f"{clause.subject} " if clause.subject and start == 0 else ""
    lead = body[: verb.start()] if verb else subject
    predicate = body[len(lead) :].strip()
    seen = _SEEN.match(lead)
    lead = f"{seen['who']} " if seen else lead
    adverb = predicate.endswith("ly") and not begins_with_verb(predicate)
    nobody = clause.subject.lower() in ("there", "it", "this")
    if adverb or nobody or not clause.opens_with(head):
        return _phrase(clause, start, end, rest)
    if clause.role == "fragment":
        return _fragment(predicate, tail, rest)
    if begins_with_verb(predicate) or not clause.subject:
        return _predicate(clause, head + lead, predicate, tail, rest)
    return _phrase(clause, start, end, rest)


def _is_glad(words: str) -> bool:
    return bool(_GLAD.search(words)) and not _SAD.search(words)


def _predicate(clause: Clause, lead: str, predicate: str, tail: str, rest: str) -> str | None:
    """Rewrites a clause whose predicate is the feeling: *they were upset that …*.

    `lead` is what comes before the predicate, the subject above all.
    """
    stated = _STATED.search(predicate)
    if stated and not tail.strip(" ,"):
        predicate, tail = predicate[: stated.start()], predicate[stated.start() :] + tail
    offset = _OFFSET.match(tail)
    tail = tail[offset.end() :] if offset else tail
    kept = _KEEPS.match(predicate) if _GOES_ON.match(tail) else None
    complement = _COMPLEMENT.match(tail) or _COMPLEMENT.match(re.sub(_GERUND, " about", tail))
    if not tail.strip(" ,"):
        if len(content(predicate)) > _LONG and not said(predicate, rest):
            raise Refusal("the clause holds more than the feeling")
        new = None
    elif kept:
        new = lead + kept[0] + re.sub(r"^\s(?:and|but)", "", tail)
    elif complement and complement["word"] == "to" and "forward" not in predicate:
        new = lead + _infinitive(predicate, complement["rest"])
    elif complement and clause.role == "main":
        new = _told(clause, lead, predicate, complement, rest)
    elif predicate.endswith("assured") and _TO_WHOM.match(tail):
        new = f"{lead}told{tail}"
    elif said(tail, rest) or _is_slight(clause, lead + tail, rest):
        new = None
    else:
        raise Refusal("what the feeling is about cannot be told alone")
    return new


def _is_slight(clause: Clause, left: str, rest: str) -> bool:
    """Says whether a clause tells next to nothing without its feeling, and states nothing."""
    return " that " not in left and slight(left.replace(clause.subject, "", 1), rest)


def _told(
    clause: Clause, lead: str, predicate: str, complement: re.Match[str], rest: str
) -> str | None:
    """Returns a clause that tells what the feeling was about; null where that is no news."""
    word, about = complement["word"], complement["rest"]
    glad = _is_glad(predicate)
    if word in ("that", "how", "because", "since", "as"):
        verb, word = _statement(predicate, about, "how" if word == "how" else "that")
        return f"{lead}{_tell(verb, clause, predicate, rest)} {word}{about}"
    if _TWO.search(about):
        raise Refusal("the clause holds more than the feeling")
    # What pleased somebody is news only where it names something; what troubled them, always.
    if told(about, rest) and (glad or unsaid(about, rest) < 0.5):
        return None
    if glad:
        verb = "note"
    elif _DOUBT.search(predicate):
        verb = "question"
    else:
        verb = "mention"
        about = f" the risk of{about}" if _FEAR.search(predicate) and _RISK.match(about) else about
    return f"{lead}{_tell(verb, clause, predicate, rest)}{about}"


def _statement(predicate: str, about: str, word: str) -> tuple[str, str]:
    """Returns a verb of telling, and its conjunction, for a feeling that has a whole clause."""
    if word == "that" and _DOUBT.search(predicate):
        return ("think", word) if "suspic" in predicate else ("question", "whether")
    sure = re.search("concern", predicate) and not _MAYBE.search(about)
    if word == "that" and _FEAR.search(predicate) and not sure:
        return "think", word
    return "note" if _is_glad(predicate) else "report", word


def _tell(verb: str, clause: Clause, predicate: str, rest: str) -> str:
    """Returns a verb of telling in the tense of the feeling, for the clause's subject.

    A clause without a verb, as *confused and worried that …*, takes it from what comes before.
    """
    first = predicate.split(None, 1)[0]
    bare = not (clause.subject or _LINK.match(first) or _CARRIED.match(f"{first} "))
    if bare and clause.joint.strip() == ",":
        return gerund_of(verb)
    if bare:
        shared = _BE.search(rest)
        first = shared[1] if shared else first
    if first not in _PRESENT:
        return past_of(verb)
    plural = first == "are" or _PLURAL.match(clause.subject) is not None
    return verb if plural else f"{verb}s"


def _infinitive(predicate: str, about: str) -> str:
    """Returns what stands for *was happy to accept*, *was surprised to learn*."""
    learn = _LEARN.match(about)
    if learn:
        return past_of(learn["verb"]) + about[learn.end() :]
    if _EAGER.search(predicate):
        return f"wanted to{about}"
    if _WILLING.search(predicate) and not _SAD.search(predicate):
        return f"agreed to{about}"
    raise Refusal("what the feeling is about cannot be told alone")


def _fragment(body: str, tail: str, rest: str) -> str | None:
    """Rewrites *Frustrated by the delay*; null where it goes."""
    complement = _COMPLEMENT.match(tail)
    silent = _is_glad(body) or _CONCESSION.match(body)
    if not tail.strip() or said(tail, rest) or (silent and told(tail, rest)):
        return None
    noun = complement and complement["word"] not in ("to", "as", "since", "because")
    if noun and complement and not _NO_NOUN.match(complement["rest"]):
        lead = "Noting that" if complement["word"] == "that" else "Citing"
        return lead + complement["rest"]
    if told(tail, rest):
        return None
    raise Refusal("what the feeling is about cannot be told alone")


def _phrase(clause: Clause, start: int, end: int, rest: str) -> str | None:
    """Takes a word of feeling out of a clause that tells more: *jokingly asked*."""
    text = clause.text
    words = text[start:end].strip()
    complement = _COMPLEMENT.match(text[end:])
    if complement and not complement[0].startswith(",") and not words.endswith("ly"):
        about = text[end:]
        if not content(about) and told(about, rest):
            return without_phrase(clause, start, len(text), rest)
        clause_after = complement["word"] in ("that", "how", "because", "since", "as")
        silent = _is_glad(words) and told(about, rest)
        if not (silent or said(about, rest) or (slight(about, rest) and not clause_after)):
            raise Refusal("what the feeling is about cannot be told alone")
        end = len(text)
    absolute = None if _SET_OFF.search(words) else _ABSOLUTE.search(text[:start].rstrip())
    if absolute and not text[end:].strip():
        return text[: absolute.start()]
    listed = re.match(r",?\s(?:and|but)\s", text[end:])
    if listed and words.startswith("with "):
        return text[: start + text[start:end].index("with")] + "with " + text[end + listed.end() :]
    return without_phrase(clause, start, end, rest)
