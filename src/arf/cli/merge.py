"""`arf merge`: a student as a model of its own, for servers that take no adapter."""

import shutil
from pathlib import Path
from typing import Annotated

import typer

from arf.errors import ArfError
from arf.layout import base
from arf.layout import student as adapter_of
from arf.params import did_you_mean, load_section
from arf.progress import say
from arf.train.params import Student


def merge(
    student: Annotated[str, typer.Argument(help="A name of the section `students`.")],
    out: Annotated[Path, typer.Argument(metavar="OUT", help="A folder that is not there yet.")],
) -> None:
    """Write a student's adapter merged into its base, with tokenizer and chat template.

    `transformers serve` and others that take no adapter serve OUT by its path.
    """
    students = load_section("students", dict[str, Student])
    if student not in students:
        guess = did_you_mean(student, [*students])
        raise ArfError(f"params.yaml: students: there is no {student}{guess}")
    if out.exists():
        raise ArfError(f"{out}: is there already; name a folder that is not")
    from arf.models.load import load_chat, load_model

    folder = base(students[student].base)
    model = load_model(folder, adapter_of(student))
    chat = load_chat(folder)
    part = out.with_name(f".{out.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        model.save_pretrained(part)
        chat.tokenizer.save_pretrained(part)
        part.replace(out)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    say(f"{out}: {student}, merged; transformers serve takes the folder as the model's name")
