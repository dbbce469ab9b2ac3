"""Counts of tokens: exact with a tokenizer, near without."""

import random
import time
from pathlib import Path

import pytest

from arf.errors import ArfError
from arf.llm.tokens import FRAME, Counter

WORDS = (
    "The customer says that the parcel with order 48213 came on 3 May, was opened and lacks "
    "two of its items; she asks for a refund of $39.90 to her card, not for a voucher."
)
TOKENS = 51  # of WORDS, by SmolLM2's tokenizer


def chat(text: str) -> list[dict[str, str]]:
    return [{"role": "system", "content": "Sum up."}, {"role": "user", "content": text}]


@pytest.fixture
def tokenizer(tmp_path: Path) -> Path:
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace

    made = Tokenizer(WordLevel({"[UNK]": 0}, unk_token="[UNK]"))
    made.pre_tokenizer = Whitespace()
    made.save(str(tmp_path / "tokenizer.json"))
    return tmp_path


def test_a_tokenizer_counts_exactly(tokenizer: Path) -> None:
    counter = Counter(str(tokenizer))
    assert counter.exact
    assert counter.count(chat("one two three")) == 3 + 3 + 2 * FRAME
    assert Counter(str(tokenizer / "tokenizer.json")).of_text("one two") == 2


def test_an_estimate_is_near_and_grows_with_the_text() -> None:
    counter = Counter(None)
    assert not counter.exact
    assert counter.of_text(WORDS) == pytest.approx(TOKENS, rel=0.15)
    assert counter.of_text(WORDS * 10) == pytest.approx(10 * counter.of_text(WORDS), abs=5)
    assert counter.of_text("") == 0
    assert counter.of_text("1234567890") > counter.of_text("abcdefghij")
    assert counter.of_text("我的订单还没有到") >= 8


@pytest.mark.parametrize("name", ["folder", "file"])
def test_what_is_no_tokenizer_is_told_in_one_line(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("{")
    with pytest.raises(ArfError, match=f"tokenizer.*{name}") as caught:
        Counter(str(tmp_path / name))
    assert "\n" not in str(caught.value)


def test_a_hub_id_that_cannot_be_had_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    from tokenizers import Tokenizer

    def refuse(name: str) -> None:
        raise Exception(f"{name}: offline\nand more")

    monkeypatch.setattr(Tokenizer, "from_pretrained", staticmethod(refuse), raising=False)
    monkeypatch.setattr("arf.llm.tokens.Path.is_file", lambda path: False)
    with pytest.raises(ArfError, match=r"some/model.*offline") as caught:
        Counter("some/model")
    assert "\n" not in str(caught.value)


def test_an_estimate_costs_20_microseconds_at_most() -> None:
    counter = Counter(None)
    texts = [chat(WORDS * random.Random(i).randint(1, 12)) for i in range(2000)]
    begun = time.process_time()
    for text in texts:
        counter.count(text)
    assert (time.process_time() - begun) / len(texts) < 20e-6
