"""The phrases of each family: enough of everything, and nothing shared between families."""

import re
from collections.abc import Iterator
from itertools import combinations, permutations, product
from pathlib import Path
from typing import Any

import pytest
from corpora import CORPORA
from pydantic import BaseModel

from arf.errors import ArfError
from arf.sample import corpus
from arf.sample.corpus import channels, families, load_channel, load_shared
from arf.sample.phrases import Draw, Phrase
from arf.sample.scenario import Unit

KINDS = ("resolved", "pending", "refused")
OPENERS = re.compile(
    r"\[?(overall|in short|in brief|all in all|in summary|in sum|to sum up|in the end)\b", re.I
)
BAD = re.compile(r"  |[{}\[\]|]| [.,;:?!]|\.\.|,,| / |\b(\w+) \1\b(?<!\bhad had)")


def phrases(value: Any) -> Iterator[Phrase]:
    """All phrases in a model, a mapping or a tuple."""
    if isinstance(value, Phrase):
        yield value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from phrases(getattr(value, name))
    elif isinstance(value, dict):
        yield from (phrase for item in value.values() for phrase in phrases(item))
    elif isinstance(value, tuple):
        yield from (phrase for item in value for phrase in phrases(item))


def everything(family: str) -> list[Any]:
    return [load_shared(family), *(load_channel(family, name) for name in channels(family))]


def wordings(phrase: Phrase) -> Iterator[str]:
    """Every way to choose among the alternatives, with the names of the slots as values."""
    for chosen in product(*phrase.groups):
        yield "".join(
            literal + (article + " " if article else "") + slot.upper()
            for option in chosen
            for literal, article, slot in option
        )


def repeatable(unit: Unit) -> int:
    return sum(len(telling.again) >= 2 for telling in unit.tell)


@pytest.mark.parametrize(("family", "channel"), CORPORA)
def test_scenarios_have_enough_of_everything(family: str, channel: str) -> None:
    scenarios = load_channel(family, channel).scenarios
    assert len(scenarios) >= 8
    short = []
    for name, scenario in scenarios.items():
        counts = {
            "opening.say": (len(scenario.opening.say), 5),
            "opening.tell": (len(scenario.opening.tell), 4),
            "opening.tell.again": (repeatable(scenario.opening), 2),
            "background": (len(scenario.background), 5),
            "finding": (len(scenario.finding), 3),
            "endings": (len(scenario.endings), 6),
        }
        for kind in KINDS:
            counts[kind] = (sum(ending.kind == kind for ending in scenario.endings), 2)
        for number, ending in enumerate(scenario.endings):
            counts[f"endings.{number}.tell.again"] = (repeatable(ending), 2)
        short += [
            f"{name}.{field}: {count} of {least}"
            for field, (count, least) in counts.items()
            if count < least
        ]
    assert short == []


@pytest.mark.parametrize(("family", "channel"), CORPORA)
def test_every_kind_of_trap_is_in_several_scenarios(family: str, channel: str) -> None:
    found: dict[str, set[str]] = {}
    about_copy = set()
    for name, scenario in load_channel(family, channel).scenarios.items():
        about_copy |= {name} if scenario.about_copy else set()
        for _, unit in scenario.units():
            for telling in unit.tell:
                found.setdefault(str(telling.trap), set()).add(name)
    assert len(found["repeated_words"]) >= 3
    assert len(found["open_outcome"]) >= 3
    assert found["email_is_the_point"] == about_copy
    assert about_copy


@pytest.mark.parametrize(("family", "channel"), CORPORA)
def test_the_frame_has_enough_of_everything(family: str, channel: str) -> None:
    frame = load_channel(family, channel).frame
    assert len(frame.asides) >= 10
    for aside in frame.asides:
        assert max(len(text.split()) for text in wordings(aside)) <= 40
    assert len(frame.copy_.say) >= 5
    assert len(frame.copy_.tell.sentences) >= 6
    assert len(frame.copy_.tell.clauses) >= 4
    assert len(frame.courtesies) >= 5
    for courtesy in frame.courtesies:
        assert courtesy.before or courtesy.after
        assert len(courtesy.tell.sentences) >= 4, courtesy.tell
        assert len(courtesy.tell.clauses) >= 2, courtesy.tell
    for kind in KINDS:
        opened = [bool(OPENERS.match(phrase.source)) for phrase in frame.closers[kind]]
        assert len(opened) >= 6
        assert set(opened) == {True, False}


@pytest.mark.parametrize("family", families())
def test_what_channels_share_has_enough_of_everything(family: str) -> None:
    shared = load_shared(family)
    people = shared.people
    for names, least in ((people.female, 25), (people.male, 25), (people.last, 40)):
        assert len(set(names)) == len(names) >= least
    assert {"order", "booking", "account", "card", "phone", "email"} <= set(shared.identifiers)
    for identifier in shared.identifiers.values():
        assert len(identifier.tell.sentences) >= 3
        assert len(identifier.tell.clauses) >= 2
    sentiment = shared.errors.inferred_sentiment
    for aside, sentences, clauses in (
        (sentiment.negative, 12, 8),
        (sentiment.positive, 10, 7),
        (shared.errors.unsupported_detail, 8, 5),
    ):
        assert len(aside.sentences) >= sentences
        assert len(aside.clauses) >= clauses


@pytest.mark.parametrize("family", families())
def test_personal_data_is_invented(family: str) -> None:
    """Addresses end in a domain, and telephone numbers lie in a range, that nobody can have."""
    shared = load_shared(family)
    patterns = [p for kind in shared.identifiers.values() for p in kind.patterns]
    patterns += [p for contact in shared.contacts for p in contact.patterns]
    for pattern in patterns:
        if "@" in pattern and "." in pattern:
            assert re.search(r"@[\w.-]*example(\.(com|org|net))?$", pattern), pattern
    fiction = re.compile(r"555[ -]?01##|7700 900|01632 96|020 7946 0|0800 555 01|#### ####")
    for pattern in shared.identifiers["phone"].patterns:
        assert fiction.search(pattern), pattern


@pytest.mark.parametrize("family", families())
def test_every_wording_is_well_formed(family: str) -> None:
    values = {
        value
        for name in channels(family)
        for scenario in load_channel(family, name).scenarios.values()
        for spec in scenario.values.values()
        if isinstance(spec, tuple)
        for value in spec
    }
    assert not [value for value in values if value != value.strip() or BAD.search(value)]
    for part in everything(family):
        for phrase in phrases(part):
            for text in wordings(phrase):
                assert not BAD.search(text), (phrase.source, text)


@pytest.mark.parametrize(("family", "channel"), CORPORA)
def test_tellings_are_sentences_without_capital_and_full_stop(family: str, channel: str) -> None:
    data = load_channel(family, channel)
    told = [
        phrase
        for scenario in data.scenarios.values()
        for _, unit in scenario.units()
        for telling in unit.tell
        for phrase in (telling.text, *telling.again)
    ]
    told += [phrase for phrases in data.frame.closers.values() for phrase in phrases]
    told += load_shared(family).errors.unsupported_detail.sentences
    for phrase in told:
        for text in wordings(phrase):
            assert not text.endswith((".", "?", "!", ",")), text
            assert text[0].islower() or text[0].isdigit() or text[:2].isupper(), text


@pytest.mark.parametrize("family", families())
def test_verbs_agree_with_every_pronoun(family: str) -> None:
    disagrees = re.compile(r"THEY(?:'s| (?:was|were|is|are|has|have|does|do)\b)|WHO (?:were|are)\b")
    for part in everything(family):
        for phrase in phrases(part):
            for text in wordings(phrase):
                assert not disagrees.search(text), phrase.source


@pytest.mark.parametrize(("family", "channel"), CORPORA)
def test_clauses_carry_their_own_lead(family: str, channel: str) -> None:
    frame, shared = load_channel(family, channel).frame, load_shared(family)
    asides = [frame.copy_.tell, frame.feelings.tell, *(c.tell for c in frame.courtesies)]
    asides += [shared.errors.inferred_sentiment.negative, shared.errors.inferred_sentiment.positive]
    asides += [shared.errors.unsupported_detail, *(i.tell for i in shared.identifiers.values())]
    asides += [c.told(side) for c in shared.contacts for side in ("bot", "customer")]
    for aside in asides:
        for phrase in aside.clauses:
            assert all(text.startswith((", ", " (")) for text in wordings(phrase)), phrase.source


def test_families_share_nothing() -> None:
    for one, other in combinations(families(), 2):
        first, second = load_shared(one).people, load_shared(other).people
        for names in ("female", "male", "last"):
            assert not set(getattr(first, names)) & set(getattr(second, names))
        sources = [
            {phrase.source for part in everything(family) for phrase in phrases(part)}
            for family in (one, other)
        ]
        assert sources[0] & sources[1] == set()
        scenarios = [
            {
                name: scenario
                for channel in channels(family)
                for name, scenario in load_channel(family, channel).scenarios.items()
            }
            for family in (one, other)
        ]
        assert set(scenarios[0]) & set(scenarios[1]) == set()
        lists = [
            {
                spec
                for scenario in found.values()
                for spec in scenario.values.values()
                if isinstance(spec, tuple)
            }
            for found in scenarios
        ]
        assert lists[0] & lists[1] == set()
        names = [
            {value for spec in found for value in spec if value[0].isupper()} for found in lists
        ]
        assert names[0] & names[1] == set()


@pytest.mark.parametrize(("one", "other"), [*permutations(families(), 2)])
def test_nobody_of_one_family_works_in_the_other(one: str, other: str) -> None:
    people = load_shared(one).people
    names = {*people.female, *people.male, *people.last}
    for channel in channels(other):
        for name, scenario in load_channel(other, channel).scenarios.items():
            for spec in scenario.values.values():
                found = {v for v in spec if names & set(v.split())} if type(spec) is tuple else ()
                assert not found, (channel, name, found)


SMALL = {
    "people.yaml": "{female: [Ann], male: [Bob], last: [Ray]}",
    "identifiers.yaml": (
        "order: {title: order number, patterns: ['##'], answer: ['order {identifier}'], "
        "mention: ['Order {identifier}.'], tell: {sentences: ['it was {identifier}']}}"
    ),
    "contacts.yaml": (
        "[{patterns: ['#'], bot: ['Call {contact}.'], customer: ['I called {contact}.'], "
        "tell: {sentences: ['the number was {contact}']}}]"
    ),
    "errors.yaml": (
        "inferred_sentiment: {negative: {sentences: [sad]}, positive: {sentences: [glad]}}\n"
        "unsupported_detail: {sentences: ['{wrong_name} came']}"
    ),
    "webform.yaml": """
prefix: web
layout: message
background: [0]
shares: {feeling: 0, copy: 0, courtesy: 0, identifier: 0}
narrator: {bot: [the company], who: {full: 1, first: 0, none: 0}}
greeting: [""]
signature: ["{name}"]
asides: [It rains.]
feelings:
  words: [{word: sad, say: [I am sad.]}, {word: glad, positive: true, say: [I am glad.]}]
  tell: {sentences: ["{who} was {feeling}"]}
copy: {say: [Send me a copy.], tell: {sentences: [a copy was wanted]}}
courtesies: [{after: [Thanks.], tell: {sentences: ["{who} said thanks"]}}]
closers: {resolved: [done], pending: [open], refused: [over]}
""",
    "webform/lamp.yaml": """
fields: {product: [Lamp]}
identifiers: [order]
values: {item: [lamp], count: {number: [2, 3]}}
opening: {say: ["My {item} broke."], tell: ["the {item} of {who} had broken"]}
background:
  - {say: [It is new.], tell: [it was new]}
  - {say: [It is red.], tell: [it was red]}
finding: [{say: ["I called {count} times."], tell: ["{who} had called {count} times"]}]
endings:
  - {kind: pending, say: [Mend it.], tell: ["{who} wanted it mended"]}
""",
}


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A family of phrases small enough to break."""
    for name, text in SMALL.items():
        path = tmp_path / "z" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    monkeypatch.setattr(corpus, "PHRASEBOOK", tmp_path)
    caches = (load_shared, load_channel)
    for cached in caches:
        cached.cache_clear()
    yield tmp_path / "z"
    for cached in caches:
        cached.cache_clear()


def test_a_small_family_loads(small: Path) -> None:
    assert families() == ("z",)
    assert channels("z") == ("webform",)
    assert list(load_channel("z", "webform").scenarios) == ["lamp"]
    assert load_shared("z").people.last == ("Ray",)
    (phrase,) = load_channel("z", "webform").scenarios["lamp"].finding[0].say
    assert phrase.render(Draw(0), {"count": "2"}).text == "I called 2 times."


@pytest.mark.parametrize(
    ("name", "old", "new", "complaint"),
    [
        ("webform/lamp.yaml", "My {item} broke.", "My {thing} broke.", "opening.say.0: nothing"),
        ("webform/lamp.yaml", "{who} had called", "{whom} had called", "finding.0.tell.0.text"),
        ("webform/lamp.yaml", "I called", "{who} called", "finding.0.say.0: nothing fills {who}"),
        ("webform/lamp.yaml", "the {item} of {who}", "the {item}", "opening.tell.0.*name {who}"),
        ("webform/lamp.yaml", "[it was new]", "[{text: it was, agan: [x]}]", "agan: unknown name"),
        (
            "webform/lamp.yaml",
            "[it was new]",
            "[{text: it was, again: ['{item} was']}]",
            "background.0.tell.0: .*again.0: nothing fills {item}",
        ),
        ("webform/lamp.yaml", "[it was new]", "[{text: it was, trap: hm}]", "trap"),
        (
            "webform/lamp.yaml",
            "[it was new]",
            "[{text: it was, trap: email_is_the_point}]",
            "background.0.tell.0.trap: email_is_the_point needs about_copy",
        ),
        ("webform/lamp.yaml", "item: [lamp]", "who: [lamp]", "values: .*who is filled by"),
        ("webform/lamp.yaml", "number: [2, 3]", "numbr: [2, 3]", "values.count: .*kind numbr"),
        ("webform/lamp.yaml", "number: [2, 3]", "number: [3, 2]", "values.count: .*lower first"),
        ("webform/lamp.yaml", "item: [lamp]", "item: [3]", "values.item: .*list of texts"),
        ("webform/lamp.yaml", "number: [2, 3]", "code: abc", "values.count: .*pattern with #"),
        ("webform/lamp.yaml", "[order]", "[pin]", "identifiers: pin is not in identifiers.yaml"),
        ("webform/lamp.yaml", "fields: {product: [Lamp]}", "fields: {}", "fields: a message needs"),
        ("webform/lamp.yaml", "It is new.", "It is new. // Really?", "background.0.say: a message"),
        ("webform/lamp.yaml", "My {item", "My [{item", "opening.say.0: .*unbalanced"),
        ("webform/lamp.yaml", "kind: pending", "kind: over", "endings.0.kind"),
        ("webform.yaml", 'signature: ["{name}"]', "", "signature: a message needs signature"),
        ("webform.yaml", "greeting:", "welcome: [Hi.]\ngreeting:", "welcome: a message has no"),
        ("webform.yaml", "asides: [It rains.]", "", "asides: Field required"),
        ("webform.yaml", "{who} was {feeling}", "{who} is {mood}", "feelings.tell.sentences.0"),
        ("webform.yaml", "positive: true, ", "", "feelings.words: .*positive and negative"),
        ("webform.yaml", "said thanks", "said {item}", "courtesies.0.tell.sentences.0"),
        ("contacts.yaml", "tell: {", "tell_bot: {", "0: .*tell_customer: missing"),
        ("contacts.yaml", "I called {contact}", "I called {item}", "customer.0: nothing fills"),
        ("identifiers.yaml", "was {identifier}", "was {code}", "order: .*tell.sentences.0"),
        ("errors.yaml", "{wrong_name}", "{wrong_nam}", "unsupported_detail.sentences.0"),
        ("people.yaml", "last: [Ray]", "last: []", "last"),
        ("people.yaml", "last: [Ray]", "last: [Ray", "people.yaml:1: no YAML"),
    ],
)
def test_a_mistake_is_one_line_with_file_and_field(
    small: Path, name: str, old: str, new: str, complaint: str
) -> None:
    path = small / name
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")
    with pytest.raises(ArfError) as caught:
        load_shared("z")
        load_channel("z", "webform")
    message = str(caught.value)
    assert message.startswith(str(path))
    assert re.search(complaint, message), message
    assert "\n" not in message
