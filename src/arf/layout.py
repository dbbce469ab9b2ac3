"""Where each stage keeps its files, relative to the root of the project."""

from pathlib import Path

DATA = Path("data")
MODELS = Path("models")
METRICS = Path("metrics")
SAMPLE_TRUTH = DATA / "truth"


def cases(channel: str) -> Path:
    """The cases of a channel."""
    return DATA / "cases" / f"{channel}.jsonl"


def recorded_teacher(channel: str) -> Path:
    """Teacher outputs of a channel that came with the data."""
    return DATA / "recorded" / "teacher" / f"{channel}.jsonl"


def recorded_edits(channel: str) -> Path:
    """An editor's answers for a channel that came with the data."""
    return DATA / "recorded" / "edits" / f"{channel}.jsonl"


def people(channel: str) -> Path:
    """People's labels of a channel."""
    return DATA / "annotations" / "people" / f"{channel}.jsonl"


def outputs(source: str, channel: str) -> Path:
    """What a source wrote for a channel."""
    return DATA / "outputs" / source / f"{channel}.jsonl"


def annotations(stage: str, source: str, channel: str) -> Path:
    """What a stage's annotator said of a source's outputs."""
    return DATA / "annotations" / stage / source / f"{channel}.jsonl"


def audited(name: str, channel: str) -> Path:
    """What an annotator of `audit.annotators` said of the teacher's outputs."""
    return DATA / "annotations" / "audit" / "by" / name / f"{channel}.jsonl"


def targets(channel: str) -> Path:
    """The codes that each round clears on a channel."""
    return DATA / "targets" / f"{channel}.json"


def base(name: str) -> Path:
    """A base model."""
    return MODELS / "base" / name


def student(name: str) -> Path:
    """A student's adapter."""
    return MODELS / "students" / name


def untuned(base_name: str) -> str:
    """The source that an untuned base is judged as."""
    return f"base-{base_name}"
