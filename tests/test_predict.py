from arf.predict import predict
from arf.write.mock import MockWriter


def test_test_cases_alone_are_answered_and_sorted_by_channel(make_case) -> None:
    cases = {
        "botchat": [make_case("a", split="test"), make_case("b"), make_case("c", split="test")],
        "webform": [make_case("d", split="test", channel="webform")],
        "email": [],
    }
    writer = MockWriter("student", ["one", None, "two"])
    written = predict(writer, cases)
    assert writer.asked == ["a", "c", "d"]
    assert {channel: [o.text for o in outputs] for channel, outputs in written.items()} == {
        "botchat": ["one"],
        "webform": ["two"],
        "email": [],
    }
