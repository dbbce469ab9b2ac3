"""Convert the files of `data.dir` to records: `python -m arf.stages.ingest`."""

from arf.channels import Channels
from arf.files import write_json
from arf.ingest.convert import DataParams, ingest
from arf.layout import DATA, METRICS
from arf.params import load_section
from arf.stages import run
from arf.taxonomy import load_taxonomy


def main() -> None:
    params = load_section("data", DataParams)
    channels = load_section("channels", Channels).root
    recorded = load_section("roles.teacher.provider", str) == "recorded"
    counts = ingest(params, channels, recorded, load_taxonomy(), DATA)
    write_json(METRICS / "ingest.json", counts)


if __name__ == "__main__":
    run(main)
