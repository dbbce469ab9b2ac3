"""Which writer a role asks for: the teacher, or a student that an endpoint serves."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, PrivateAttr, RootModel, field_validator

from arf.files import sha256_file, sha256_text
from arf.llm import Asker
from arf.llm.account import Account
from arf.llm.endpoint import Endpoint, LocalModel, Sampling
from arf.llm.local import LocalAsker
from arf.models.generate import Greedy
from arf.models.generate import Sampling as Drawn
from arf.params import Section
from arf.prompts import PROMPTS, PromptFile, load_prompt
from arf.write import Writer
from arf.write.asking import ModelWriter
from arf.write.recorded import RecordedWriter

STUDENT = "{student}"  # stands for the student's name in `roles.student.model`


class RecordedRole(Section):
    """Outputs that came with the data."""

    provider: Literal["recorded"]


class EndpointTeacher(Endpoint):
    """A teacher behind an endpoint, and the file that it is asked by."""

    prompt: PromptFile = PROMPTS / "teacher.yaml"


class LocalTeacher(LocalModel):
    """A teacher in this process, and the file that it is asked by."""

    prompt: PromptFile = PROMPTS / "teacher.yaml"


class TeacherRole(RootModel[RecordedRole | EndpointTeacher | LocalTeacher]):
    """`roles.teacher`: where r0 comes from; `provider` says which."""

    root: Annotated[RecordedRole | EndpointTeacher | LocalTeacher, Field(discriminator="provider")]


class LocalStudent(Section):
    """Students that answer in this process.

    Attributes:
        prompt: what students are trained on and asked; dvc.yaml reads it, so it has no default.
        max_failed: the share of questions without an answer above which the stage fails.
    """

    provider: Literal["local"]
    prompt: Path
    max_failed: float = Field(default=0.02, ge=0, le=1)

    def as_model(self, name: str) -> LocalModel:
        """Returns what a model of this name in this process is, for its account."""
        return LocalModel(provider="local", model=name, max_failed=self.max_failed)


class EndpointStudent(Endpoint):
    """Students that an endpoint serves.

    Attributes:
        model: how it calls a student; `{student}` stands for the student's name, or the base's
            where the base answers.
        prompt: what students are trained on and asked; dvc.yaml reads it, so it has no default.
    """

    prompt: Path
    _weights: str | None = PrivateAttr(default=None)

    @field_validator("model")
    @classmethod
    def _tells_students_apart(cls, model: str) -> str:
        if STUDENT not in model:
            raise ValueError(f"has no {STUDENT}, so that all students would be one model")
        return model

    @property
    def weights_sha256(self) -> str | None:
        """The hash of the weights that the endpoint serves; it shapes the answers."""
        return self._weights

    def of(self, name: str, max_new_tokens: int, decoding: Greedy | Drawn) -> "EndpointStudent":
        """Returns the role for one student, which answers as it would in this process.

        Args:
            name: the student, or the base where that answers.
            max_new_tokens: an answer is cut after so many tokens.
            decoding: the temperature and seed; a greedy answer has the role's temperature, else 0.
        """
        own = self.sampling.model_dump()
        if isinstance(decoding, Drawn):
            own |= decoding._asdict()
        elif self.sampling.temperature is None:
            own["temperature"] = 0
        if "max_completion_tokens" not in self.sampling.extra:
            own["max_tokens"] = max_new_tokens
        model = self.model.replace(STUDENT, name)
        drawn = Sampling.model_validate(own)
        return self.model_copy(update={"model": model, "sampling": drawn})

    def of_folder(
        self, folder: Path, max_new_tokens: int, decoding: Greedy | Drawn
    ) -> "EndpointStudent":
        """Returns the same for the weights in a folder, which is named as the student."""
        role = self.of(folder.name, max_new_tokens, decoding)
        weights = map(sha256_file, sorted(folder.glob("*.safetensors")))
        role._weights = sha256_text("".join(weights))
        return role


class StudentRole(RootModel[LocalStudent | EndpointStudent]):
    """`roles.student`: who answers for the students and bases; `provider` says which."""

    root: Annotated[LocalStudent | EndpointStudent, Field(discriminator="provider")]


def open_teacher(
    role: TeacherRole, source: str, recorded: Callable[[str], Path], account: Account
) -> Writer:
    """Returns the teacher.

    Args:
        role: who writes.
        source: what its outputs are called.
        recorded: gives the file of a channel's recorded outputs.
        account: what asking a model comes to.

    Raises:
        ArfError: the prompt or the model's parameters are wrong.
    """
    if isinstance(role.root, RecordedRole):
        return RecordedWriter(source, recorded)
    from arf.llm.open import open_asker

    asker = open_asker(role.root, "teacher", account)
    return ModelWriter(source, asker, load_prompt(role.root.prompt))


def open_student(
    role: StudentRole,
    source: str,
    base: Path,
    adapter: Path | None,
    max_new_tokens: int,
    batch_size: int,
    decoding: Greedy | Drawn,
    account: Account,
) -> Writer:
    """Returns a student, or a base.

    Args:
        role: who answers for it.
        source: what its outputs are called.
        base: the folder of the base.
        adapter: the folder of the student, or none for the base alone.
        max_new_tokens: an answer is cut after so many tokens.
        batch_size: how many local answers are generated at once.
        decoding: how to choose each token; an endpoint is told a temperature and a seed.
        account: what asking comes to.

    Raises:
        ArfError: the prompt or the endpoint's parameters are wrong.
    """
    prompt = load_prompt(role.root.prompt)
    asker: Asker
    if isinstance(role.root, EndpointStudent):
        from arf.llm.open import open_asker

        served = role.root.of_folder(adapter or base, max_new_tokens, decoding)
        asker = open_asker(served, "student", account)
    else:
        asker = LocalAsker(source, base, adapter, max_new_tokens, batch_size, decoding)
        asker.meter = account.meter("student", role.root.as_model(asker.model))
    return ModelWriter(source, asker, prompt)
