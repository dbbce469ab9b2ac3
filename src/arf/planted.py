"""Whether revised outputs are rid of the errors planted in them, and of nothing else.

Words alone decide: no detector, no fixer and no grammar of `arf.text` has a say.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from rapidfuzz.distance import LCSseq

from arf.records import Edit, Output
from arf.stats import rate
from arf.truth import Planted, Truth

SURVIVING = 0.5  # an error of which this share of words or more is left is still there
_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")
_FEELING = re.compile(
    r"\b(?:(?:un|dis|dis?s)?(?:happ[yi]|satisf|pleas(?:e|ed|ing)|content|comfort|heart|courag|may|"
    r"appoint|grunt|tress|turb|gust|illusion|trust|belie[fv])|ang(?:er|r)|annoy|irrit|frustrat|"
    r"exasperat|upset|furi|irate|livid|outrag|indign|resent|bitter|impatien|fed up|worr[iy]|anxi|"
    r"nervous|uneas|concern|afraid|fear|scare|dread|alarm|panick?|tens[ei]|stress|overwhelm|"
    r"exhaust|drain|desper|helpless|hopeless|confus|puzzl|baffl|bewilder|perplex|surpris|astonish|"
    r"shock|stun|embarrass|humiliat|asham|insult|offend|hurt|ignor|cheat|misled|betray|belittl|"
    r"let down|unfair|unheard|unimportant|neglect|sad|miser|deject|glum|gloom|troubl|bother|"
    r"patien|faith|confiden|calm|glad|joy|cheer|delight|thrill|elat|ecstat|grat(?:ef|it)|thank|"
    r"appreciat|reliev|relief|reassur|excit|enthus|eager|hope|optimis|impress|amus|proud|pride|"
    r"warm|sarcas|sharp|cold|accus|rude|curt|hostil|polite|good mood|bad mood|good spirits|"
    r"humou?r|hate|lo[av]th|tired|weary|sick of|sceptic|skeptic|suspic|wary|reluct|hesit|mood|"
    r"valued|welcom|displeas|dismay|acceptab|fair|peeved|vex|miff|sour|sulk|grumbl|"
    r"emotion|feel|felt|agitat|aggravat|rattl|shaken|jubil|bliss|smil|beam|seeth|fum(?:ed|ing))\w*",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"[\w.+@-]*[\d@][\w.+@-]*(?:[ -]?\(?[\d@][\w.+@-]*)*")
_VERB = re.compile(
    r"\b(?:\w{2,}(?:ed|ing)|\w+s|is|are|am|be|do|can|could|will|would|shall|should|may|might|must|"
    r"ha(?:ve|d)|did|said|told|gave|took|left|made|found|chose|felt|went|came|got|kept|knew|saw|"
    r"sent|paid|began|became|brought|bought|thought|wrote|held|met|lost|put|let|set|read|led|ran|"
    r"spoke|stood|fell|heard|meant|cost|grew|spent|sold|won|broke|rose|sought|drew|hung|cut|were|"
    r"lent|dealt|threw|drove|flew|woke|quit|rang|lay|shut|bit|tore|stole|taught|caught|understood|"
    r"withdrew|forgot|ask|want|need|report|say|state|seek|wish|note|mention|hope|believe|think)\b",
    re.IGNORECASE,
)
_END = re.compile(r"(?<=[.!?])(?<!\b(?:St|Dr|Mr|Ms)\.)(?<!\bMrs\.)\s+(?=[^\Wa-z]|[\[\"\u201c])")
_FAULTS: Mapping[str, re.Pattern[str]] = {
    "double space": re.compile(r" {2,}"),
    "space before a mark": re.compile(r"\s[,.;:!?](?!\d)"),
    "doubled mark": re.compile(r"[,;:]\s*[,;:.!?]|(?<!\.)\.\.(?!\.)|[!?]\.|\.,"),
    "lower-case start": re.compile(r"(?:^|(?<!\b[a-z])[.!?]\s+)[a-z]"),
    "sentence ends in the air": re.compile(
        r"\b(?:and|or|but|nor|because|although|though|while|if|which|who|the|an?|of|with|by|from|"
        r"into|its|their|(?<!was )(?<!were )(?<!not )(?<!is )his|very|"
        r"(?:and|who|which) (?:was|were|is|are))\s*[.!?]"
    ),
    "empty brackets": re.compile(r"\(\s*\)|\[\s*\]"),
    "doubled conjunction": re.compile(r"\b(?:and|or|but)[,\s]+(?:and|or|but)\b", re.IGNORECASE),
}
_PAIRS = (("(", ")"), ("[", "]"), ("\u201c", "\u201d"))


_STRANDED = re.compile(r"\b(?:of|with|by|from|into)(?=[,;])")


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _bare(value: str) -> re.Pattern[str]:
    """Returns what finds a value's letters and digits, whatever stands between them."""
    signs = (re.escape(sign) for sign in value.casefold() if sign.isalnum())
    return re.compile(r"(?<![^\W_])" + r"[\W_]*".join(signs) + r"(?![^\W_])")


def is_gone(error: Planted, before: str, after: str) -> bool:
    """Says whether a planted error no longer stands in the revised text.

    An identifier is gone where its letters and digits are; a feeling where its own words are, no
    matter what is told in their place; all else where less than half of its words are left.

    Args:
        error: the error.
        before: the teacher's text.
        after: the revised text.
    """
    text = after.casefold()
    if error.code == "exposed_identifier":
        inside = _DIGITS.search(error.span)
        value = inside[0] if inside and error.form != "value" else error.span
        return not _bare(value).search(text)
    told = [" ".join(_words(part)) for part in (error.span, before, after)]
    if told[2].count(told[0]) >= told[1].count(told[0]):
        return False
    if error.code == "inferred_sentiment":
        feelings = Counter(word.casefold() for word in _FEELING.findall(error.span))
        if feelings:
            had = Counter(word.casefold() for word in _FEELING.findall(before))
            has = Counter(word.casefold() for word in _FEELING.findall(after))
            return all(has[word] <= had[word] - count for word, count in feelings.items())
    rest = before[: error.start] + " " + before[error.end :]
    revised = _words(after)
    left = LCSseq.similarity(_words(before), revised) - LCSseq.similarity(_words(rest), revised)
    return bool(left < SURVIVING * len(_words(error.span)))


def lost_facts(truth: Truth, clean: str, before: str, after: str) -> list[str]:
    """Returns the values that the clean text states and that an edit took away."""
    texts = [" ".join(text.casefold().split()) for text in (clean, before, after)]
    values = (" ".join(fact.value.casefold().split()) for fact in truth.facts)
    return [v for v in values if v in texts[0] and v in texts[1] and v not in texts[2]]


def _faults(text: str) -> Counter[str]:
    found = Counter({name: len(fault.findall(text)) for name, fault in _FAULTS.items()})
    found["sentence without a verb"] = sum(
        _VERB.search(sentence) is None for sentence in _END.split(text.strip()) if sentence
    )
    found["unbalanced brackets or quotes"] = text.count('"') % 2 + sum(
        text.count(left) != text.count(right) for left, right in _PAIRS
    )
    found["no final stop"] = int(not text.rstrip("\"')\u201d\u2019 \n").endswith((".", "!", "?")))
    return found


def leftovers(before: str, after: str) -> Counter[str]:
    """Counts the faults of form that a text has and had not before, by kind.

    What ended in the air before a comma, *what she was left with, to her dismay*, may end so.
    """
    had = _faults(before)
    had["sentence ends in the air"] += len(_STRANDED.findall(before))
    return +(_faults(after) - had)


@dataclass
class Tally:
    """Counts of one code on one channel.

    `planted` errors, of which some were `flagged`, `gone`, or both; the `kept` edits, of which
    some were `alarms`, made where none of the code was planted; why edits were refused; the
    `lost` facts and the faults of form that kept edits left.
    """

    planted: int = 0
    flagged: int = 0
    gone: int = 0
    both: int = 0
    kept: int = 0
    alarms: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    lost: int = 0
    leftovers: Counter[str] = field(default_factory=Counter)

    def figures(self) -> dict[str, Any]:
        """Returns the counts, and the shares with their 95 % Wilson intervals."""
        return {
            "planted": self.planted,
            "flagged": rate(self.flagged, self.planted),
            "gone": rate(self.gone, self.planted),
            "gone_of_flagged": rate(self.both, self.flagged),
            "kept": self.kept,
            "alarms": self.alarms,
            "refused": dict(self.refused.most_common()),
            "lost": self.lost,
            "leftovers": dict(self.leftovers.most_common()),
        }


@dataclass
class Fixes:
    """What a revision did to outputs with planted errors, in memory that does not grow with them.

    Attributes:
        codes: the codes that it was to clear.
        rows: the outputs.
        changed: those whose text is another.
        unflagged_changed: those among them that the annotator flagged nothing in.
        false_alarms: those among them without a planted error of the codes.
        words: the words that their clean texts had.
        words_lost: those among them that the changed texts lack.
    """

    codes: Collection[str]
    rows: int = 0
    changed: int = 0
    unflagged_changed: int = 0
    false_alarms: int = 0
    words: int = 0
    words_lost: int = 0
    tallies: dict[tuple[str, str], Tally] = field(default_factory=lambda: defaultdict(Tally))

    def add(self, row: Mapping[str, Any], teacher: str, output: Output) -> None:
        """Counts one output.

        Args:
            row: its truth row.
            teacher: the text in which the errors were planted.
            output: the revised output.
        """
        truth = Truth.model_validate(row)
        clean = truth.clean(teacher, self.codes)
        there = [error for error in truth.errors if error.code in self.codes]
        changed = output.text != teacher
        self.rows += 1
        self.changed += changed
        self.unflagged_changed += changed and not output.edits
        self.false_alarms += changed and not there
        words = _words(clean)
        self.words += len(words)
        self.words_lost += len(words) - int(LCSseq.similarity(words, _words(output.text)))
        flagged = {edit.code for edit in output.edits}
        for error in there:
            tally = self.tallies[output.channel, error.code]
            gone = is_gone(error, teacher, output.text)
            tally.planted += 1
            tally.flagged += error.code in flagged
            tally.gone += gone
            tally.both += gone and error.code in flagged
        planted = {error.code for error in there}
        for edit in self._own(output):
            tally = self.tallies[output.channel, edit.code]
            if edit.verdict != "kept":
                tally.refused[edit.reason or edit.verdict] += 1
                continue
            after = edit.after or ""
            tally.kept += 1
            tally.alarms += edit.code not in planted
            tally.lost += len(lost_facts(truth, clean, edit.before, after))
            tally.leftovers += leftovers(edit.before, after)

    def _own(self, output: Output) -> Iterator[Edit]:
        return (edit for edit in output.edits if edit.code in self.codes)
