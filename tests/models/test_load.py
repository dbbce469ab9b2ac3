import os
import subprocess
import sys
from pathlib import Path

import pytest

from arf.bases.prepare import Base, prepare_base
from arf.errors import ArfError
from arf.models.load import load_chat, load_model, name_of


@pytest.fixture(scope="module")
def base_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("base") / "tiny"
    prepare_base(Base.model_validate({"source": "tiny"}), folder)
    return folder


def test_a_folder_may_be_named_by_a_string(base_folder: Path) -> None:
    assert load_chat(str(base_folder)).name == name_of(base_folder) == "tiny"
    assert name_of("nobody/model") == "nobody/model"


@pytest.mark.parametrize("name", ["./absent", "absent/base/x", "models/x", "~/x", "/absent", ""])
def test_a_path_without_a_model_is_never_looked_for_on_the_hub(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "models").mkdir()
    for load in (load_chat, load_model):
        for base in (name, Path(name)):
            with pytest.raises(ArfError, match="no model there; run the stage that writes it"):
                load(base)


@pytest.mark.parametrize("error", [OSError("not there\nmore"), ValueError("not there")])
def test_a_hub_id_goes_to_the_hub_and_its_absence_is_one_line(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    asked = []

    def refuse(name: str, **_: object) -> None:
        asked.append(name)
        raise error

    for kind, load in ((AutoTokenizer, load_chat), (AutoModelForCausalLM, load_model)):
        monkeypatch.setattr(kind, "from_pretrained", refuse)
        with pytest.raises(ArfError, match=r"^nobody/model: no folder .*\(not there\); check.*$"):
            load("nobody/model")
    assert asked == ["nobody/model"] * 2


def test_threads_are_told_to_wait_before_torch_is_there(base_folder: Path) -> None:
    """OpenMP reads its settings once, when PyTorch loads it, and shows them on request."""
    code = "import sys, pathlib as p, arf.models.load as m; f = p.Path(sys.argv[1]); "
    code += "m.load_chat(f); m.load_model(f)"
    environment = {name: v for name, v in os.environ.items() if name != "GOMP_SPINCOUNT"}
    done = subprocess.run(
        [sys.executable, "-c", code, str(base_folder)],
        env=environment | {"OMP_DISPLAY_ENV": "VERBOSE"},
        capture_output=True,
        text=True,
        check=True,
    )
    if "GOMP_SPINCOUNT" not in done.stderr:
        pytest.skip("this OpenMP is not GNU's")
    assert "GOMP_SPINCOUNT = '5000'" in done.stderr
