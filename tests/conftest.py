"""Small makers of records, shared by all tests."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

from arf.records import Case, Output
from arf.taxonomy import Taxonomy, load_taxonomy

# The first example pays for imports, and a shared machine for its neighbours.
settings.register_profile("arf", deadline=None)
settings.load_profile("arf")

ROOT = Path(__file__).parents[1]
REAL = ROOT.parent / "shared" / "data" / "real"


@pytest.fixture(scope="session")
def taxonomy() -> Taxonomy:
    return load_taxonomy(ROOT / "prompts" / "taxonomy.yaml")


@pytest.fixture
def make_case() -> Callable[..., Case]:
    def make(case_id: str = "a", text: str = "My order 5 is late.", **fields: object) -> Case:
        return Case(**{"channel": "botchat", "split": "train", "text": text} | fields, id=case_id)

    return make


@pytest.fixture
def make_output() -> Callable[..., Output]:
    def make(case_id: str = "a", text: str = "Order 5 is late.", **fields: object) -> Output:
        defaults = {"channel": "botchat", "source": "r0", "provider": "recorded"}
        return Output(**defaults | fields, id=case_id, text=text)

    return make


@pytest.fixture
def real_data() -> Path:
    if not REAL.is_dir():
        pytest.skip(f"real data is not beside this checkout ({REAL.name})")
    return REAL
