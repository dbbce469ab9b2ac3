"""The shape of what cases have around their matter: the frame of a channel, people, identifiers."""

from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from arf.params import Section
from arf.sample.scenario import INVENTED, PERSON, VOICE, Aside, Kind, Phrases, Some, check_slots

_DIALOGUE = (
    "welcome", "ask", "ask_name", "give", "give_name", "volunteer",
    "volunteer_name", "acknowledge",
)  # fmt: skip


class Shares(Section):
    """How often a case shows what may trigger an error, each a probability."""

    feeling: float = Field(ge=0, le=1)
    copy_: float = Field(ge=0, le=1, alias="copy")
    courtesy: float = Field(ge=0, le=1)
    identifier: float = Field(ge=0, le=1)


class Reference(Section):
    """How often a summary names the customer in full, by first name, or not at all."""

    full: float
    first: float
    none: float


class Narrator(Section):
    """How a summary speaks of the two sides."""

    bot: tuple[str, ...] = Field(min_length=1)
    who: Reference


class Feeling(Section):
    """A feeling and how a customer states it."""

    word: str
    positive: bool = False
    say: Some


class Feelings(Section):
    """Stated feelings, and how a summary rightly reports one."""

    words: tuple[Feeling, ...]
    tell: Aside

    @field_validator("words")
    @classmethod
    def _of_both_kinds(cls, words: tuple[Feeling, ...]) -> tuple[Feeling, ...]:
        if {word.positive for word in words} != {True, False}:
            raise ValueError("expected positive and negative feelings")
        return words


class Copy(Section):
    """A copy sent by e-mail: how the case mentions and how a summary narrates it."""

    say: Some
    tell: Aside


class Courtesy(Section):
    """A courtesy: what is said `before` and `after` (see the channel's layout), and narrated."""

    before: Phrases = ()
    after: Phrases = ()
    tell: Aside


class Frame(Section):
    """What the cases of a channel have in common.

    The phrases of a dialogue (`greeting_back` to `reply`) are empty for forms, `signature` is empty
    for dialogues.

    Attributes:
        background: how many units of background a case has at least, drawn from these.
        asides: what customers add that has nothing to do with the matter.
    """

    prefix: str
    layout: Literal["dialogue", "message"]
    background: tuple[int, ...] = Field(min_length=1)
    shares: Shares
    narrator: Narrator
    greeting: tuple[str, ...] = Field(min_length=1)
    signature: Phrases = ()
    greeting_back: tuple[str, ...] = ()
    welcome: Phrases = ()
    ask: Phrases = ()
    ask_name: Phrases = ()
    give: Phrases = ()
    give_name: Phrases = ()
    volunteer: Phrases = ()
    volunteer_name: Phrases = ()
    acknowledge: Phrases = ()
    reply: dict[Kind, Some] = Field(default_factory=dict)
    asides: Some
    feelings: Feelings
    copy_: Copy = Field(alias="copy")
    courtesies: tuple[Courtesy, ...] = Field(min_length=1)
    closers: dict[Kind, Some]

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        for name in ("signature", "greeting_back", "reply", *_DIALOGUE):
            wanted = (name == "signature") == (self.layout == "message")
            if bool(getattr(self, name)) != wanted:
                needs = "needs" if wanted else "has no"
                raise ValueError(f"{name}: a {self.layout} {needs} {name}")
        given = PERSON | {"identifier", "idname", "answer"}
        for name in (*_DIALOGUE, "signature"):
            check_slots(name, getattr(self, name), given)
        check_slots("asides", self.asides, frozenset())
        check_slots("copy.say", self.copy_.say, PERSON)
        self.copy_.tell.check("copy.tell", VOICE)
        self.feelings.tell.check("feelings.tell", VOICE | {"feeling"})
        for number, courtesy in enumerate(self.courtesies):
            check_slots(f"courtesies.{number}.before", courtesy.before, PERSON)
            check_slots(f"courtesies.{number}.after", courtesy.after, PERSON)
            courtesy.tell.check(f"courtesies.{number}.tell", VOICE)
        for kind, phrases in self.closers.items():
            check_slots(f"closers.{kind}", phrases, VOICE)
        return self


class People(Section):
    """Names to combine."""

    female: tuple[str, ...] = Field(min_length=1)
    male: tuple[str, ...] = Field(min_length=1)
    last: tuple[str, ...] = Field(min_length=1)


class Identifier(Section):
    """One kind of what identifies a customer.

    Attributes:
        title: what it is called.
        patterns: how it looks: # a digit, @ a capital letter, or the parts of an e-mail address.
        answer: how the customer gives it in a chat.
        mention: how the customer gives it in a form.
        tell: how a summary gives it away.
    """

    title: str
    patterns: tuple[str, ...] = Field(min_length=1)
    answer: Some
    mention: Some
    tell: Aside

    @model_validator(mode="after")
    def _gives_it(self) -> Self:
        for name, phrases in (("answer", self.answer), ("mention", self.mention)):
            check_slots(name, phrases, PERSON | {"identifier"})
        self.tell.check("tell", VOICE | {"identifier"})
        return self


class Contact(Section):
    """A contact of a company or venue, which is no secret.

    Attributes:
        patterns: how it looks, as in `Identifier`.
        bot: how a bot gives it.
        customer: how the customer mentions it in a form.
        tell: how a summary repeats it; `tell_bot` and `tell_customer` where it differs.
    """

    patterns: tuple[str, ...] = Field(min_length=1)
    bot: Some
    customer: Some
    tell: Aside | None = None
    tell_bot: Aside | None = None
    tell_customer: Aside | None = None

    def told(self, speaker: Literal["bot", "customer"]) -> Aside:
        """Returns how a summary repeats what that side said."""
        own = self.tell_bot if speaker == "bot" else self.tell_customer
        told = own or self.tell
        if told is None:
            raise ValueError(f"tell_{speaker}: missing, and there is no tell")
        return told

    @model_validator(mode="after")
    def _gives_it(self) -> Self:
        check_slots("bot", self.bot, PERSON | {"contact"})
        check_slots("customer", self.customer, frozenset({"contact"}))
        self.told("bot").check("tell", VOICE | {"contact"})
        self.told("customer").check("tell", VOICE | {"contact"})
        return self


class Sentiments(Section):
    """Feelings that nobody stated, by how the case ends."""

    negative: Aside
    positive: Aside


class Errors(Section):
    """The words of the errors that stand on no scenario."""

    inferred_sentiment: Sentiments
    unsupported_detail: Aside

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        self.inferred_sentiment.negative.check("inferred_sentiment.negative", VOICE)
        self.inferred_sentiment.positive.check("inferred_sentiment.positive", VOICE)
        self.unsupported_detail.check("unsupported_detail", VOICE | INVENTED)
        return self
