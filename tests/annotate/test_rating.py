"""The rating that follows from errors."""

from pathlib import Path

import pytest

from arf.annotate.rating import rate
from arf.records import Finding
from arf.taxonomy import load_taxonomy

TAXONOMY = load_taxonomy(Path(__file__).parents[2] / "prompts/taxonomy.yaml")


@pytest.mark.parametrize(
    ("codes", "rating"),
    [
        ([], 5),
        (["inferred_sentiment"], 4),
        (["unn_content_redundant"], 4),
        (["inferred_sentiment", "unn_content_pleasantry"], 3),
        (["inferred_sentiment", "inferred_sentiment"], 3),
        (["exposed_identifier"], 3),
        (["exposed_identifier", "inferred_sentiment"], 3),
        (["unsupported_detail"], 2),
        (["missing_reason", "inferred_sentiment"], 2),
        (["missing_outcome"], 2),
        (["wrong_outcome"], 1),
        (["unsupported_detail", "wrong_outcome"], 1),
    ],
)
def test_rating(codes: list[str], rating: int) -> None:
    assert rate([Finding(code=code) for code in codes], TAXONOMY) == rating
