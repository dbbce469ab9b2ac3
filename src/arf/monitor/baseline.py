"""What a batch is held against: the same annotator's labels of an earlier source."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from arf.errors import ArfError
from arf.files import read_records
from arf.layout import DATA, annotations
from arf.params import did_you_mean
from arf.records import Annotation
from arf.rounds import TEACHER


@dataclass(frozen=True)
class Labeller:
    """Who labels the batch.

    Attributes:
        role: the role of `params.yaml`, for messages.
        name: as labels name it.
        prompt_sha256: the hash of what a model is asked by, null for rules.
        hashes: by channel, of the definition of each code.
    """

    role: str
    name: str
    prompt_sha256: str | None
    hashes: Mapping[str, Mapping[str, str]]


def role_for(against: str) -> str:
    """Returns the role whose labels a source has: the audit's for r0, else the judge's."""
    return "annotator" if against == TEACHER else "judge"


def baseline_path(against: str, channel: str) -> Path:
    """Returns where the labels of a source lie that a batch is held against."""
    return annotations("audit" if against == TEACHER else "judge", against, channel)


def check_source(against: str) -> None:
    """Refuses a source that nobody has labelled.

    Raises:
        ArfError: there are no labels of it; the message says which stage makes them.
    """
    if baseline_path(against, "any").parent.is_dir():
        return
    if against == TEACHER:
        raise ArfError("nothing to hold the batch against: no audit yet; run dvc repro audit")
    judged = DATA / "annotations" / "judge"
    known = [TEACHER, *sorted(path.name for path in judged.glob("*") if path.is_dir())]
    raise ArfError(
        f"--against: no labels of {against}{did_you_mean(against, known)}; there are those of "
        f"{', '.join(known)}, and dvc repro judge@SOURCE makes others"
    )


def read_baseline(against: str, channel: str, labeller: Labeller) -> Iterator[Annotation]:
    """Streams the labels that a batch's may be held against.

    Raises:
        ArfError: there are none, or one is another annotator's, was asked for by another prompt,
            or goes by another definition of a code.
    """
    path = baseline_path(against, channel)
    stage = "audit" if against == TEACHER else f"judge@{against}"
    for number, label in enumerate(read_records(path, Annotation), start=1):
        other = _other(label, labeller, channel)
        if other is not None:
            raise ArfError(
                f"{path}:{number}: {other}; like must be held against like: run dvc repro {stage}"
            )
        yield label


def _other(label: Annotation, labeller: Labeller, channel: str) -> str | None:
    """Says in what a label differs from those that the batch gets."""
    if label.annotator != labeller.name:
        return f"labelled by {label.annotator}, and roles.{labeller.role} is now {labeller.name}"
    if label.prompt_sha256 != labeller.prompt_sha256:
        return f"labelled by another version of the prompt of roles.{labeller.role}"
    hashes = labeller.hashes[channel]
    changed = [code for code, sha in label.taxonomy.items() if hashes.get(code, sha) != sha]
    if changed:
        return f"labelled by another definition of {', '.join(changed)}"
    return None
