import pytest

from arf.ingest.people import to_annotation
from arf.ingest.raw import BrokenRowError, Row

TEXT = "She was sad."


def read(codes, **fields: object):
    row = Row(1, {"id": "a", "errors": [], **fields}, None, "")
    return to_annotation(row, "botchat", "anna", codes, lambda _: TEXT)


def test_a_label_is_of_todays_definitions_unless_it_says_otherwise(taxonomy) -> None:
    assert set(read(taxonomy).taxonomy) == set(taxonomy.codes)
    older = {"inferred_sentiment": "older"}
    assert read(taxonomy, taxonomy=older).taxonomy == older


@pytest.mark.parametrize("hashes", ["older", ["older"], {"inferred_sentiment": 3}])
def test_hashes_that_are_none(taxonomy, hashes: object) -> None:
    with pytest.raises(BrokenRowError, match="taxonomy"):
        read(taxonomy, taxonomy=hashes)
