"""A model's proposal of what to call a cluster of remarks, and how to define it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from arf.llm import Asker, Failure, Question
from arf.prompts import PROMPTS, Prompt
from arf.records import Case
from arf.taxonomy import Taxonomy
from arf.upkeep.clusters import Cluster

PROMPT = PROMPTS / "suggest.yaml"
_SHOWN = 20  # remarks of a cluster that the model reads
_Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Proposal(BaseModel):
    """What a model has to answer."""

    model_config = ConfigDict(extra="ignore")

    title: _Words
    definition: _Words
    exception: _Words
    negative: _Words


def question(name: str, cluster: Cluster, prompt: Prompt, taxonomy: Taxonomy) -> Question:
    """Returns what the model is asked about a cluster.

    Raises:
        ArfError: the prompt cannot be rendered.
    """
    lines = "\n".join(f"- {remark}" for remark in cluster.examples(_SHOWN))
    case = Case(id=name, channel="taxonomy", split="train", text=lines)
    messages = prompt.messages(case, codes=taxonomy.codes, code=cluster.code)
    return Question(f"taxonomy/{name}", messages, Proposal, name)


def propose(
    clusters: Mapping[str, Cluster], asker: Asker, prompt: Prompt, taxonomy: Taxonomy
) -> Iterator[Proposal | Failure]:
    """Yields the model's proposal for each cluster, or why it has none.

    Raises:
        ArfError: the prompt cannot be rendered, or the model cannot be asked at all.
    """
    questions: Iterable[Question] = (
        question(name, cluster, prompt, taxonomy) for name, cluster in clusters.items()
    )
    for reply in asker.ask(questions):
        yield reply.value if reply.failure is None else reply.failure
