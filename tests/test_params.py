from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import Field, RootModel

from arf.annotate.providers import AnnotatorRole
from arf.bases.prepare import Base
from arf.errors import ArfError
from arf.params import Section, load_section, read_yaml


class Inner(Section):
    rank: int = 1


class Outer(Section):
    learning_rate: float
    word: str = "x"
    lora: Inner = Inner()


@pytest.fixture
def params(tmp_path: Path):
    def write(text: str) -> Path:
        path = tmp_path / "params.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_yaml_is_read_as_dvc_reads_it(params) -> None:
    section = load_section("train", Outer, params("train: {learning_rate: 1e-4, word: no}"))
    assert section.learning_rate == 1e-4
    assert section.word == "no"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("stdents: {}", r"unknown section stdents \(did you mean students\?\)"),
        ("judge: {}", r"train is missing"),
        ("train: {learning_rte: 1}", r"train.learning_rte \(did you mean learning_rate\?\)"),
        ("train: {word: x}", r"train.learning_rate: Field required"),
        (
            "train: {learning_rate: 1, wrod: x}",
            r"unknown parameter train.wrod \(did you mean word\?\)",
        ),
        (
            "train: {learning_rate: 1, lora: {rnak: 2}}",
            r"unknown parameter train.lora.rnak \(did you mean rank\?\)",
        ),
        ("train: {learning_rate: fast}", r"train.learning_rate: .*valid number"),
        ("train:", r"params.yaml: train: Input should be a valid dictionary"),
        ("data: x\n" * 900 + "train: {word: \x01}", r"params.yaml:901: no YAML: .*x0001"),
        ("train: {word: 2024-13-45}", r"params.yaml: no YAML: month must be"),
        ("train: [1]", r"params.yaml: train: Input should be a valid dictionary"),
        ("train: [", r"params.yaml:\d+: no YAML"),
        ("- train", "expected a mapping"),
        ("", "expected a mapping"),
    ],
)
def test_mistakes_are_named(params, text: str, message: str) -> None:
    with pytest.raises(ArfError, match=message) as caught:
        load_section("train", Outer, params(text))
    assert "\n" not in str(caught.value)


def test_a_part_of_a_section_can_be_any_type(params) -> None:
    path = params("channels: [a, b]\nroles: {editor: {learning_rate: 1}}")
    assert load_section("channels", tuple[str, ...], path) == ("a", "b")
    assert load_section("roles.editor", Outer, path).learning_rate == 1


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("{d: {source: wheel}}", "bases.d.name: Field required"),
        ("{d: {source: wheel, name: [a]}}", "bases.d.name: Input should be 'smollm2"),
        ("{d: {source: path}}", "bases.d.path: Field required"),
        ("{d: {source: path, path: [a]}}", "bases.d.path: Input is not a valid path"),
        ("{d: {source: path, path: x, nmae: y}}", "unknown parameter bases.d.nmae"),
        ("{d: {source: whel}}", "bases.d.source: 'whel' is none of 'wheel', 'hub'"),
        ("{d: null}", "bases.d: Input should be"),
        ("null", "bases: Input should be a valid dictionary"),
    ],
)
def test_the_name_of_a_model_is_no_parameter(params, value: str, message: str) -> None:
    with pytest.raises(ArfError) as caught:
        load_section("bases", dict[str, Base], params(f"bases: {value}"))
    assert f"params.yaml: {message}" in str(caught.value)


def test_a_section_that_is_no_mapping_is_named(params) -> None:
    with pytest.raises(ArfError, match=r"params.yaml: channels: Input should be a valid tuple"):
        load_section("channels", tuple[str, ...], params("channels:"))
    with pytest.raises(ArfError, match=r"params.yaml: channels.1: Input should be a valid string"):
        load_section("channels", tuple[str, ...], params("channels: [a, 1]"))


def test_missing_file_and_wrong_encoding(tmp_path: Path) -> None:
    with pytest.raises(ArfError, match="no such file"):
        read_yaml(tmp_path / "none.yaml")
    (tmp_path / "latin.yaml").write_bytes("a: \xe9".encode("latin-1"))
    with pytest.raises(ArfError, match="not UTF-8 at byte 3"):
        read_yaml(tmp_path / "latin.yaml")


ENDPOINT = "provider: openai, base_url: 'http://127.0.0.1:1/v1', model: m"


@pytest.mark.parametrize(
    ("role", "message"),
    [
        ("{provider: openai, base_url: 'http://x/v1'}", "roles.judge.model: Field required"),
        (
            f"{{{ENDPOINT}, limits: {{tires: 1}}}}",
            "unknown parameter roles.judge.limits.tires (did you mean tries?)",
        ),
        (
            f"{{{ENDPOINT}, sampling: {{temperature: hot}}}}",
            "roles.judge.sampling.temperature: Input should be a valid number",
        ),
        ("{provider: openai, base_url: x, model: m}", "roles.judge.base_url: expected an address"),
        (f"{{{ENDPOINT}, key: sk-123}}", "roles.judge: key names an environment variable"),
        ("{provider: rules, model: m}", "unknown parameter roles.judge.model"),
        ("{provider: magic}", "roles.judge.provider: 'magic' is none of 'rules', 'openai'"),
        ("{}", "roles.judge.provider: Field required"),
        ("{provider: local, model: local, batch: 3}", "roles.judge.batch (did you mean batch_size"),
    ],
)
def test_a_role_is_named_by_its_parameter(params, role: str, message: str) -> None:
    path = params(f"roles: {{judge: {role}}}")
    with pytest.raises(ArfError) as caught:
        load_section("roles.judge", AnnotatorRole, path)
    assert message in str(caught.value)
    assert "Value error" not in str(caught.value)


class Word(Section):
    provider: Literal["word"]
    word: int
    letter: int


class Other(Section):
    provider: Literal["other"]


class Tagged(RootModel[Word | Other]):
    root: Annotated[Word | Other, Field(discriminator="provider")]


def test_a_parameter_may_be_called_as_its_model_is(params) -> None:
    path = params("roles: {judge: {provider: word, word: 1, letter: x}}")
    with pytest.raises(ArfError, match=r"roles\.judge\.letter: Input should be a valid integer"):
        load_section("roles.judge", Tagged, path)
