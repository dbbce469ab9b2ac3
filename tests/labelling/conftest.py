"""A small project whose teacher wrote what the tests are about."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from arf.files import write_records
from arf.labelling.items import Item
from arf.labels import read_labels
from arf.layout import annotations, cases, outputs
from arf.records import Annotation, Case, Output

ROOT = Path(__file__).parents[2]
ARF = [sys.executable, "-c", "from arf.cli import main; main()"]


@pytest.fixture
def make_items(make_case, make_output) -> Callable[..., list[Item]]:
    def make(count: int = 3, channel: str = "botchat", **output: object) -> list[Item]:
        return [
            Item(
                make_case(f"{channel}-{i}", channel=channel),
                make_output(f"{channel}-{i}", f"He was sad. It is {i}.", channel=channel, **output),
            )
            for i in range(count)
        ]

    return make


class Labelling:
    """A project folder in which `arf annotate` can be typed."""

    def __init__(self, root: Path):
        self.root = root
        self.env = os.environ | {"DVC_ROOT": str(root), "PYTHONPATH": str(ROOT / "src")}
        self.labels = root / "data" / "labels"
        self._servers: list[subprocess.Popen[str]] = []

    def write(self, pairs: list[tuple[Case, Output]], suggested: list[Annotation] = ()) -> None:
        """Puts down what the stages would have."""
        for channel in ("botchat", "webform"):
            own = [(case, output) for case, output in pairs if case.channel == channel]
            write_records(self.root / cases(channel), [case for case, _ in own])
            write_records(self.root / outputs("r0", channel), [output for _, output in own])
            path = self.root / annotations("audit", "r0", channel)
            write_records(path, [one for one in suggested if one.channel == channel])

    def type(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*ARF, *words], cwd=self.root, env=self.env, text=True, timeout=60,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
        )  # fmt: skip

    def serve(self, *words: str, name: str = "anna") -> str:
        """Starts `arf annotate` and returns the page's address; `server` is the process."""
        self.server = subprocess.Popen(
            [*ARF, "annotate", "--as", name, "--no-open", *words], cwd=self.root, env=self.env,
            text=True, stderr=subprocess.PIPE,
        )  # fmt: skip
        self._servers.append(self.server)
        line = self.server.stderr.readline()
        assert " at http://127.0.0.1:" in line, line + self.server.stderr.read()
        self.told = line
        return line.split(" at ")[1].split()[0]

    def end(self, number: int = signal.SIGINT) -> str:
        """Ends the server and returns what it said last."""
        self.server.send_signal(number)
        return self.server.communicate(timeout=20)[1]

    def given(self, channel: str = "botchat") -> list[Annotation]:
        return list(read_labels(self.labels, channel))

    def close(self) -> None:
        for server in self._servers:
            if server.poll() is None:
                server.kill()
            server.communicate(timeout=20)


def _project(root: Path) -> Iterator[Labelling]:
    shutil.copytree(ROOT / "prompts", root / "prompts")
    yaml = YAML()
    params = yaml.load(ROOT / "params.yaml")
    params["audit"]["labels"] = "data/labels"
    yaml.dump(params, root / "params.yaml")
    project = Labelling(root)
    yield project
    project.close()


@pytest.fixture
def labelling(tmp_path: Path) -> Iterator[Labelling]:
    yield from _project(tmp_path)


@pytest.fixture(scope="module")
def shared_labelling(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Labelling]:
    yield from _project(tmp_path_factory.mktemp("shared"))
