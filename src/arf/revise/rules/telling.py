"""What is told in the place of a feeling: *was upset that …* becomes *reported that …*."""

import re

from arf.revise.facts import values
from arf.revise.rules.saying import slight, told, unsaid
from arf.revise.rules.sound import Refusal
from arf.revise.rules.verbs import gerund_of, past_of
from arf.text import Clause

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
_WILLING = re.compile(r"happ|pleas|glad|willing|content", re.IGNORECASE)
_EAGER = re.compile(r"eager|keen|anxious|excit|desperate|hopeful|impatient", re.IGNORECASE)
_LEARN = re.compile(
    r"^ (?P<verb>learn|find|see|hear|discover|realise|realize|notice|read|receive|accept|agree)\b"
)
_PRESENT = frozenset(
    ("is", "are", "feel", "feels", "seem", "seems", "remain", "remains", "fears", "dreads")
)
_PLURAL = re.compile(r"^(?:they|we|both|all)\b", re.IGNORECASE)
_JOKE = re.compile(r"(?:half-)?(?:jok|quip|jest|teas|laugh)")
_BE = re.compile(r".*\b(is|are|was|were)\b", re.DOTALL)
LINK = re.compile(
    r"\b(?:had been|has been|have been|was|were|is|are|felt|feels?|seem(?:s|ed)?|appear(?:s|ed)?|"
    r"remain(?:s|ed)?|became|becomes?|grew|sounded|left|ended up)\b",
    re.IGNORECASE,
)
CARRIED = re.compile(
    r"\b(?:express|convey|voic|show|shar|display|exhibit|signall?|register)(?:ed|es|ing|s)\s"
    r"(?:[\w-]+\s){0,2}$"
)
FEARED = re.compile(r"(?<=^fears)(?= )|(?<=^feared)(?= )|(?<=^dreads)(?= )|(?<=^dreaded)(?= )")
# Two clauses that the splitter took for one: *happy with the news and no booking was made*.
_TWO = re.compile(r"\sand\s(?:no|the|an?|his|her|their)\s[\w\s]+?\s(?:was|were|is|are)\s")
_FACT = re.compile(r"^ the (?:fact|news|knowledge|prospect) that(?= )")
_HOLLOW_END = re.compile(r"\b(?:this|it|that)$")


def is_glad(words: str) -> bool:
    """Says whether a feeling is a good one."""
    return bool(_GLAD.search(words)) and not _SAD.search(words)


def told_instead(
    clause: Clause, lead: str, predicate: str, complement: re.Match[str], rest: str
) -> str | None:
    """Returns a clause that tells what a feeling was about; null where that is no news.

    Args:
        clause: the clause.
        lead: what comes before its predicate, the subject above all.
        predicate: the feeling.
        complement: the word, such as *about*, and the `rest` that it leads in.
        rest: the text around the clause.

    Raises:
        Refusal: the clause holds more than the feeling.
    """
    word, about = complement["word"], complement["rest"]
    if fact := _FACT.match(about):
        word, about = "that", about[fact.end() :]
    glad = is_glad(predicate)
    if word in ("that", "how", "because", "since", "as"):
        verb, word = _statement(predicate, about, "how" if word == "how" else "that")
        return f"{lead}{_tell(verb, clause, predicate, rest)} {word}{about}"
    if _TWO.search(about):
        raise Refusal("the clause holds more than the feeling")
    # What pleased somebody is news only where it names something; what troubled them, always.
    known = told(about, rest) and not values(about, "negations") and unsaid(about, rest) < 0.5
    vague = _HOLLOW_END.search(about) and slight(about, rest)
    if known or vague or (glad and told(about, rest)):
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
    if _JOKE.match(predicate):
        return "say", word
    if word == "that" and _DOUBT.search(predicate):
        return ("think", word) if "suspic" in predicate else ("question", "whether")
    sure = re.search("concern", predicate) and not _MAYBE.search(about)
    if word == "that" and _FEAR.search(predicate) and not sure:
        return "think", word
    return "note" if is_glad(predicate) else "report", word


def _tell(verb: str, clause: Clause, predicate: str, rest: str) -> str:
    """Returns a verb of telling in the tense of the feeling, for the clause's subject.

    A clause without a verb, as *confused and worried that …*, takes it from what comes before.
    """
    first = predicate.split(None, 1)[0]
    verbal = LINK.match(first) or FEARED.search(first + " ") or CARRIED.match(f"{first} ")
    bare = not (clause.subject or verbal)
    if clause.role == "participle" or (bare and clause.joint.strip() == ","):
        return gerund_of(verb)
    if bare:
        shared = _BE.search(rest)
        first = shared[1] if shared else first
    if first not in _PRESENT:
        return past_of(verb)
    plural = first == "are" or _PLURAL.match(clause.subject) is not None
    return verb if plural else f"{verb}s"


def infinitive(predicate: str, about: str) -> str:
    """Returns what stands for *was happy to accept*, *was surprised to learn*.

    Raises:
        Refusal: the feeling is no wish, no will and no learning.
    """
    learn = _LEARN.match(about)
    if learn:
        return past_of(learn["verb"]) + about[learn.end() :]
    if _EAGER.search(predicate):
        return f"wanted to{about}"
    if _WILLING.search(predicate) and not _SAD.search(predicate):
        return f"agreed to{about}"
    raise Refusal("what the feeling is about cannot be told alone")
