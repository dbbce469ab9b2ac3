import pytest

from arf.audit.params import AuditParams, Least
from arf.files import sha256_text
from arf.labelling.items import Item, draw_items, show
from arf.records import Annotation

PARAMS = AuditParams(
    per_channel=20, seed=0, labels="l", least=Least(sensitivity=0.8, specificity=0.8)
)


@pytest.fixture
def read(make_case, make_output):
    def read(channels, count: int = 50):
        for channel in channels:
            for i in range(count):
                case = make_case(f"{channel}-{i}", channel=channel)
                yield case, make_output(case.id, f"text {i}", channel=channel)

    return read


def test_items_of_all_channels_are_shuffled_the_same_for_all(read) -> None:
    items = draw_items(["botchat", "webform"], read, PARAMS)
    assert len(items) == 40
    assert [item.output.channel for item in items] != sorted(item.output.channel for item in items)
    assert items == draw_items(["botchat", "webform"], read, PARAMS)
    other = draw_items(["botchat", "webform"], read, PARAMS.model_copy(update={"seed": 1}))
    assert {item.key for item in other} != {item.key for item in items}


def test_a_key_tells_nothing_and_fits_one_text(make_case, make_output) -> None:
    one = Item(make_case("a"), make_output("a", "x"))
    assert one.key == Item(make_case("a"), make_output("a", "x", provider="openai")).key
    others = [
        Item(make_case("a"), make_output("a", "y")),
        Item(make_case("a"), make_output("a", "x", source="r1")),
        Item(make_case("a"), make_output("a", "x", channel="webform")),
        Item(make_case("b"), make_output("b", "x")),
    ]
    assert len({one.key, *(other.key for other in others)}) == 5


@pytest.mark.parametrize(("share", "low", "high"), [(0.5, 120, 180), (1, 300, 300), (0, 0, 0)])
def test_a_share_is_shown_anothers_labels(read, share: float, low: int, high: int) -> None:
    pairs = list(read(["botchat"], 300))
    items = [Item(*pair) for pair in pairs]
    labels = [
        Annotation(
            id=output.id, channel="botchat", source="r0", text_sha256=sha256_text(output.text),
            annotator="rules", taxonomy={},
        )
        for _, output in pairs
    ]  # fmt: skip
    shown = show(items, labels, share, seed=0)
    assert low <= sum(item.shown is not None for item in shown) <= high
    assert [item.key for item in shown] == [item.key for item in items]
    assert shown == show(items, labels, share, seed=0)


def test_nothing_is_shown_of_another_text(make_case, make_output) -> None:
    label = Annotation(
        id="a", channel="botchat", source="r0", text_sha256="before", annotator="rules", taxonomy={}
    )
    (item,) = show([Item(make_case("a"), make_output("a"))], [label], 1, 0)
    assert item.shown is None
