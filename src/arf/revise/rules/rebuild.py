"""Putting the clauses of a sentence together again when some of them are gone."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from arf.revise.rules.saying import facts, said, slight
from arf.revise.rules.sound import Refusal
from arf.revise.rules.verbs import finite
from arf.text import Clause, clauses, has_verb

_COORDINATOR = re.compile(r"\b(?:and|but|or|nor|yet)\s+$")
_SUBORDINATOR = re.compile(
    r"(?:(?:particularly|especially|partly|mainly|even|only|just|shortly|soon)\s)?"
    r"(?:although|though|because|since|as|after|before|when|whereas|while|until|once)\s",
    re.IGNORECASE,
)
# What follows *because the parcel was late and* in these words is done by who felt, not the parcel.
_DONE = re.compile(
    r"(?:\w+ly\s|also\s|then\s|now\s)*(?:want|ask|demand|request|call|contact|complain|threaten|"
    r"believe|feel|felt|insist|seek|sought|plan|said|say|told|tell|wish|hope|need|decid|argue|"
    r"dispute|left|intend|consider|refus|agree|accept|consult|report|warn|question|chose|"
    r"did not|does not|do not)"
)
_PREPOSITION = re.compile(r",?\s(?:after|for|upon|with|by|from|to|in|of|at|on|during)$")
_MUCH = re.compile(
    r",\s(?:much|just|even|particularly|especially|mainly)$"
)  # *…, much [as it hurt]*
_PRELUDE = re.compile(
    r"(?:in (?:the end|short|sum|summary|conclusion|brief)|at the end|all in all|to sum up)$",
    re.IGNORECASE,
)
_ELLIPSIS = re.compile(
    r"(?:had|has|have|was|were|is|are|did|does|do|could|would|will)(?:\s(?:not|so|too))?"
)
# *Was [upset] and disappointed with it*: no verb of its own, though it looks like one.
_COPULA = re.compile(r"\b(?:was|were|is|are|felt|feels?|seemed|seems?|remained|remains?)\b")
_ADJECTIVE = re.compile(
    r"(?:dis|un)?(?:satisfi|pleas|appoint|frustrat|annoy|irritat|worri|concern|reliev|confus|excit|"
    r"delight|thrill|reassur|impress|surpris|shock|overwhelm|exhaust|embarrass|relax)ed"
    r"(?=$|\s(?:throughout|overall|with|about|by|over|at|in|too)\b)"
)
_NO_SENTENCE = "what is left is no sentence"


class _Piece(NamedTuple):
    joint: str
    text: str
    role: str


def capitalised(text: str) -> str:
    """Returns a text with its first letter in upper case."""
    return text[:1].upper() + text[1:]


def lowered(subject: str) -> str:
    """Returns a subject as it stands inside a sentence: *The customer* as *the customer*."""
    first = subject.split(None, 1)[0] if subject else ""
    inside = first.lower() in (
        "the", "a", "an", "this", "that", "these", "those", "no", "his", "her", "their", "its",
        "they", "he", "she", "it", "there", "both", "all", "nothing", "each", "some", "any",
    )  # fmt: skip
    return subject[:1].lower() + subject[1:] if inside else subject


def _statement(text: str, subject: str) -> str:
    """Returns what a clause such as *because the bank refused* states.

    Raises:
        Refusal: it is no statement of its own.
    """
    match = _SUBORDINATOR.match(text)
    if match is None:
        raise Refusal(_NO_SENTENCE)
    statement = text[match.end() :]
    if re.match(r"(?:\w+ly\s)?\w+ing\b", statement):
        return _finite(statement, subject)
    if not any(clauses(text)[0].subject for text in (statement, capitalised(statement))):
        raise Refusal(_NO_SENTENCE)
    return statement


def _finite(participle: str, subject: str) -> str:
    """Returns the sentence of a subject and a clause such as *calling it a waste*.

    Raises:
        Refusal: there is no subject, or no safe form of the verb.
    """
    verb = finite(participle)
    if verb is None or not subject:
        raise Refusal(_NO_SENTENCE)
    return f"{lowered(subject)} {verb}"


class _Builder:
    """Collects the clauses that stay, and mends those that hung on one that goes."""

    def __init__(self, rest: str) -> None:
        self.kept: list[_Piece] = []
        self.subject = ""
        self._rest = rest
        self._dropped: Clause | None = None
        self._joint = ""
        self._owner = ""
        self._freed = False
        self._stated = ""

    def drop(self, clause: Clause) -> None:
        """Notes a clause that goes, with what the next one may need of it."""
        if clause.role in ("relative", "subordinate") and self.kept:
            last, lead = self.kept[-1], _PREPOSITION if clause.role == "relative" else _MUCH
            self.kept[-1] = last._replace(text=lead.sub("", last.text))
        if self._dropped is None or self._dropped.role != "main":
            self._joint, self._owner = clause.joint, ""
        if clause.role == "main" and clause.subject:
            self._owner = clause.subject
        if self._dropped is None or clause.role == "main":
            self._dropped = clause

    def keep(self, clause: Clause, text: str) -> None:
        """Adds a clause that stays."""
        dropped = self._dropped
        if dropped is not None and clause.role == "subordinate" and said(text, self._rest):
            return
        main = dropped is not None and dropped.role == "main"
        if main and clause.role == "relative" and slight(text, self._rest):
            return
        self._dropped = None
        piece = _Piece(clause.joint, text, "fragment" if _PRELUDE.match(text) else clause.role)
        if self._freed and clause.role == "participle" and _COORDINATOR.search(clause.joint):
            piece = piece._replace(text=finite(text) or text, role="main")
        self._freed = False
        shares = clause.role == "main" and not clause.subject
        if self._stated and shares and _DONE.match(text):
            joint = clause.joint if clause.joint.startswith(",") else f",{clause.joint}"
            piece = piece._replace(joint=joint, text=f"{lowered(self._stated)} {text}")
        self._stated = ""
        copula = dropped and shares and _COPULA.search(dropped.text)
        if copula and _ADJECTIVE.match(text):
            piece = piece._replace(text=f"{copula[0]} {text}")
        if dropped is not None and shares and _ELLIPSIS.fullmatch(text):
            raise Refusal("what is left refers to what is gone")
        independent = clause.role == "fragment" or (clause.role == "main" and clause.subject)
        if dropped is not None and not independent:
            mend = self._after_main if dropped.role == "main" else self._after_other
            piece = mend(dropped, piece)
        self.kept.append(piece if self.kept else piece._replace(joint=""))

    def _after_main(self, dropped: Clause, piece: _Piece) -> _Piece:
        owner = self._owner or ("" if self.kept else self.subject)
        if not owner and not self.kept and piece.role != "subordinate":
            raise Refusal("the subject of what is left is not clear")
        joint = self._joint if not self._joint or self._joint.strip() else piece.joint
        if piece.role == "main" and not owner:
            # *The man, who had called, was upset and left*: what went had resumed the sentence.
            if self.kept[-1].role == "relative":
                return piece._replace(joint=self._joint)
            if not has_verb(self.kept[-1].text):
                return piece._replace(joint=" ")
        if piece.role == "main" and owner:
            return _Piece(self._joint, f"{lowered(owner)} {piece.text}", "main")
        if piece.role == "participle" and (owner or _COORDINATOR.search(self._joint)):
            self._freed = True
            text = _finite(piece.text, owner or "it")
            return _Piece(joint, text if owner else text.removeprefix("it "), "main")
        if piece.role == "subordinate":
            joint = joint if joint.strip() or not joint else "; "
            self._stated = owner or self.subject
            return _Piece(joint, _statement(piece.text, owner or self.subject), "main")
        if piece.role == "relative":
            raise Refusal("what is left refers to what is gone")
        return piece

    def _after_other(self, dropped: Clause, piece: _Piece) -> _Piece:
        if piece.role == "participle" and dropped.role == "participle":
            return piece._replace(joint=dropped.joint)
        if dropped.role == "relative" and piece.role == "subordinate":
            return _Piece("; ", _statement(piece.text, self.subject), "main")
        if piece.role == "main" and piece.joint.startswith(","):
            resumed = bool(self.kept) and self.kept[-1].role == "fragment"
            return piece._replace(joint=" ") if resumed else piece
        if piece.role == "main" and dropped.role == "relative":
            raise Refusal("what is left refers to what is gone")
        return piece


def rebuild(sentence: str, parts: Sequence[Clause], new: Sequence[str | None], rest: str) -> str:
    """Returns a sentence with other words for its clauses, or without them.

    Args:
        sentence: the sentence.
        parts: its clauses.
        new: for each clause its new text, or null where it goes.
        rest: the text around the sentence.

    Returns:
        The sentence; empty where nothing worth telling is left.

    Raises:
        Refusal: what is left would not be grammatical.
    """
    builder = _Builder(rest)
    for clause, text in zip(parts, new, strict=True):
        if clause.subject and clause.role == "main":
            builder.subject = clause.subject
        if text is None:
            builder.drop(clause)
        else:
            builder.keep(clause, text)
    kept = builder.kept
    gone = any(p.role == "main" and text is None for p, text in zip(parts, new, strict=True))
    if gone and not any(piece.role == "main" for piece in kept):
        if alone := _before_and(sentence, parts, new):
            return alone
        return _fragments(builder, parts[-1], sentence, rest)
    kept = _close_list(kept, parts, new)
    body = "".join(piece.joint + piece.text for piece in kept)
    closing = sentence[parts[-1].end :] or "."
    return capitalised(body.removesuffix(".") if closing.startswith(".") else body) + closing


def _before_and(sentence: str, parts: Sequence[Clause], new: Sequence[str | None]) -> str:
    """Returns what stands before *and* with a clause that goes: a sentence, whatever its words.

    Empty where more has changed.
    """
    first = new.index(None)
    whole = all(part.text == text for part, text in zip(parts[:first], new[:first], strict=True))
    last = all(text is None for text in new[first:])
    added = parts[first].role == "main" and _COORDINATOR.search(parts[first].joint)
    kept = sentence[: parts[first].start - len(parts[first].joint)]
    if not (whole and last and added and has_verb(kept)):
        return ""
    return kept + (sentence[parts[-1].end :] or ".")


def _fragments(builder: _Builder, last: Clause, sentence: str, rest: str) -> str:
    """Returns what is left of a sentence whose main clauses are gone."""
    statements = []
    for piece in builder.kept:
        short = len(piece.text.split()) < 5 and not facts(piece.text)
        if short or said(piece.text, rest):
            continue
        if re.match(r"\w+ing\b", piece.text):
            lower = piece.text[:1].lower() + piece.text[1:]
            statements.append(_finite(lower, builder.subject))
        else:
            statements.append(_statement(piece.text, builder.subject))
    closing = sentence[last.end :] or "."
    return " ".join(capitalised(statement) + closing for statement in statements)


def _close_list(
    kept: list[_Piece], parts: Sequence[Clause], new: Sequence[str | None]
) -> list[_Piece]:
    """Gives the last of a list of clauses the *and* of the one that went."""
    if new[-1] is not None or len(kept) < 2:
        return kept
    last = max(index for index, text in enumerate(new) if text is not None)
    gone = next((clause for clause in parts[last + 1 :] if clause.role == "main"), None)
    piece = kept[-1]
    if gone is None or not _COORDINATOR.search(gone.joint):
        return kept
    listed = piece.role == "main" and piece.joint.strip() == "," and kept[-2].role == "main"
    # *The debt, found in a file, was not his, and he left*: a list of verbs has one subject.
    alike = bool(parts[last].subject) or not gone.subject
    # *Brasa, a small restaurant, and …*: what has an article here is no clause of the list.
    apposed = re.match(r"an?\s", piece.text)
    if not listed or not alike or apposed:
        return kept
    return [*kept[:-1], piece._replace(joint=", and " if parts[last].subject else " and ")]
