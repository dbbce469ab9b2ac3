"""Fetch or build a base model: `python -m arf.stages.base NAME`."""

from arf.bases.prepare import Base, prepare_base
from arf.layout import base
from arf.params import load_section
from arf.stages import run


def main(name: str) -> None:
    prepare_base(load_section(f"bases.{name}", Base), base(name))


if __name__ == "__main__":
    run(main)
