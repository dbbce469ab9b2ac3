from arf.ingest.near import NearDuplicates
from arf.ingest.store import Store


def test_add_keeps_the_first_and_put_the_last() -> None:
    with Store() as store:
        assert store.add("p", "k", "one")
        assert not store.add("p", "k", "two")
        assert store.add("other", "k", "three")
        assert store.get("p", "k") == "one"
        store.put("p", "k", "four")
        assert (store.get("p", "k"), store.get("p", "none")) == ("four", None)


STORY = (
    "My order was due on Monday and it has not come. I called twice and nobody could tell me "
    "where it is. Please send it again or give me back the 40 dollars that I paid for it."
)


def test_near_duplicates_are_found_and_others_not() -> None:
    with Store() as store:
        near = NearDuplicates(store)
        assert near.find("a", STORY) is None
        assert near.find("b", STORY.replace("Monday", "Friday")) == "a"
        assert (
            near.find("c", "I want to close my account, please tell me how that is done.") is None
        )
        assert near.find("d", "Hi") is None
        assert near.find("e", "Hi") == "d"
