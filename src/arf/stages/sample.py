"""Write the embedded synthetic corpus: `python -m arf.stages.sample`."""

from pathlib import Path

from arf.layout import SAMPLE_TRUTH
from arf.params import load_section
from arf.sample import SampleParams, write_sample
from arf.stages import run


def main() -> None:
    params = load_section("sample", SampleParams)
    write_sample(params, Path("data/sample"), SAMPLE_TRUTH)


if __name__ == "__main__":
    run(main)
