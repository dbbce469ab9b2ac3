import sqlite3

import pytest

from arf.errors import ArfError
from arf.ingest.store import Store


def test_add_keeps_the_first_and_put_the_last() -> None:
    with Store() as store:
        assert store.add("p", "k", "one")
        assert not store.add("p", "k", "two")
        assert store.add("other", "k", "three")
        assert store.get("p", "k") == "one"
        store.put("p", "k", "four")
        assert (store.get("p", "k"), store.get("p", "none")) == ("four", None)


def test_a_full_disk_is_told_in_one_line() -> None:
    with Store() as store:
        store._db.execute("PRAGMA max_page_count = 20")
        with pytest.raises(ArfError, match="no room left for a temporary file") as full:
            for i in range(100):
                store.add("p", str(i), "x" * 4000)
    assert "\n" not in str(full.value)


def test_other_failures_of_the_database_are_not_hidden() -> None:
    with Store() as store:
        store._db.execute("DROP TABLE rows")
        with pytest.raises(sqlite3.OperationalError, match="no such table"):
            store.add("p", "k")
