"""`arf prompts show`: exactly what a role's model would be sent."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from arf.annotate.asking import ModelAnnotator
from arf.annotate.providers import AnnotatorRole, RulesRole
from arf.annotate.rules import RulesAnnotator
from arf.channels import Channels
from arf.cli.roles import served
from arf.cli.unasked import Unasked
from arf.errors import ArfError
from arf.files import read_records
from arf.layout import DATA, annotations, cases, outputs
from arf.llm import Question
from arf.llm.endpoint import Endpoint, LlmParams, LocalModel
from arf.llm.exchange import body_of
from arf.llm.no_schema import takes_schema
from arf.llm.open import privacy_of
from arf.llm.structured import instruct
from arf.params import did_you_mean, load_section
from arf.prompts import PROMPTS, load_prompt
from arf.records import Annotation, Case, Finding, Output
from arf.revise import Request
from arf.revise.asking import ModelEditor
from arf.revise.providers import EditorRole
from arf.rounds import TEACHER
from arf.taxonomy import Taxonomy, load_taxonomy
from arf.write.asking import ModelWriter
from arf.write.providers import EndpointStudent, StudentRole, TeacherRole

ROLES: dict[str, Any] = {
    "teacher": TeacherRole,
    "student": StudentRole,
    "annotator": AnnotatorRole,
    "judge": AnnotatorRole,
    "editor": EditorRole,
}
Role = Literal["teacher", "student", "annotator", "judge", "editor"]

prompts = typer.Typer(no_args_is_help=True)


@prompts.callback()
def about() -> None:
    """The prompts: what each role's model gets to read."""


@prompts.command()
def show(
    role: Annotated[Role, typer.Argument(help="Whose prompt.")],
    case: Annotated[str, typer.Option(help="Id of the case.")],
    channel: Annotated[str | None, typer.Option(help="Its channel, where two have the id.")] = None,
    code: Annotated[str | None, typer.Option(help="The editor's error code.")] = None,
    source: Annotated[
        str | None,
        typer.Option(help="Whose output is judged or edited (r0 if not given), or the student."),
    ] = None,
) -> None:
    """Print the messages and the request that a role's model would get for a case.

    The words are those that leave this machine: personal data is replaced already where it would
    be. Nothing is asked. Where no model plays the role, its prompt is shown all the same.
    """
    params = load_section(f"roles.{role}", ROLES[role]).root
    found = _find_case(case, channel)
    if role in ("teacher", "student"):
        prompt = load_prompt(getattr(params, "prompt", PROMPTS / "teacher.yaml"))
        question = ModelWriter(source or role, Unasked(), prompt).question(found)
    elif role == "editor":
        question = _edit(found, code, source or TEACHER)
    else:
        prompt = load_prompt(getattr(params, "prompt", PROMPTS / "judge.yaml"))
        annotator = ModelAnnotator(Unasked(), prompt, load_taxonomy())
        question = annotator.question(found, _find_output(found, source or TEACHER))
    if isinstance(params, EndpointStudent) and source is not None:
        params = served(params, source)
    if isinstance(params, Endpoint):
        _print_request(params, question)
        return
    messages = question.messages
    if isinstance(params, LocalModel) and question.shape is not None:
        messages = instruct(messages, question.shape)
    elif not isinstance(params, LocalModel) and role != "student":
        _note(f"roles.{role} is {params.provider}: no model is asked; one would read this")
    _print_messages(messages)


def _print_messages(messages: Iterable[dict[str, str]]) -> None:
    for message in messages:
        typer.echo(f"--- {message['role']}\n{message['content']}\n")


def _print_request(endpoint: Endpoint, question: Question) -> None:
    """Prints a request as it would leave for an endpoint, and what was replaced in it."""
    messages, hidden = question.messages, dict[str, str]()
    privacy = privacy_of(endpoint, load_section("llm", LlmParams))
    if privacy is not None:
        messages, hidden = privacy.outgoing(messages)
    schema = takes_schema(endpoint)
    body = body_of(endpoint, messages, question.shape, schema)
    _print_messages(body.pop("messages"))
    typer.echo(f"--- request to {endpoint.base_url}/chat/completions")
    typer.echo(json.dumps(body, ensure_ascii=False, indent=2))
    if question.shape is not None and endpoint.answers == "auto" and schema:
        _note("an endpoint that takes no response_format gets the schema in its last message")
    for surrogate, original in hidden.items():
        _note(f"{surrogate} stands for {original}, which does not leave")


def _edit(case: Case, code: str | None, source: str) -> Question:
    """Returns what an editor would be asked about a code of a case's output."""
    taxonomy = load_taxonomy()
    can_edit = [name for name, entry in taxonomy.codes.items() if entry.prompt is not None]
    if code is None:
        raise ArfError(f"--code: say which error is to be edited: {', '.join(can_edit)}")
    if code not in taxonomy.codes:
        guess = did_you_mean(code, list(taxonomy.codes))
        raise ArfError(f"--code {code}: no such code in prompts/taxonomy.yaml{guess}")
    output = _find_output(case, source)
    findings = tuple(error for error in _findings(case, output, taxonomy) if error.code == code)
    if not findings:
        _note(f"{case.id} of {source} is not flagged with {code}: no editor would be asked")
    request = Request(case, output, taxonomy.codes[code].round or source, code, findings)
    return ModelEditor(Unasked(), taxonomy).question(request)


def _findings(case: Case, output: Output, taxonomy: Taxonomy) -> tuple[Finding, ...]:
    """Returns what the annotator finds; a model is not asked, but what it said earlier counts."""
    role = load_section("roles.annotator", AnnotatorRole).root
    if not isinstance(role, RulesRole):
        path = annotations("audit", output.source, output.channel)
        if path.exists():
            for label in read_records(path, Annotation):
                if label.of(output) and label.annotator == f"{role.provider}:{role.model}":
                    return label.errors
        _note("the annotator has not been asked about this output; the places are the rules'")
    return next(RulesAnnotator(taxonomy).annotate([(case, output)])).errors


def _find_case(case_id: str, channel: str | None) -> Case:
    """Returns the case of an id.

    Raises:
        ArfError: there is none, or two channels have one.
    """
    channels = load_section("channels", Channels).root
    if channel is not None and channel not in channels:
        raise ArfError(f"--channel {channel}: no such channel{did_you_mean(channel, [*channels])}")
    ids: list[str] = []
    found: list[Case] = []
    for name in [channel] if channel else channels:
        for case in read_records(cases(name), Case):
            ids.append(case.id)
            if case.id == case_id:
                found.append(case)
    if not found:
        where = cases(channel) if channel else DATA / "cases"
        raise ArfError(f"--case {case_id}: no such case in {where}{did_you_mean(case_id, ids)}")
    if len(found) > 1:
        names = ", ".join(case.channel for case in found)
        raise ArfError(f"--case {case_id}: {names} have it; add --channel")
    return found[0]


def _find_output(case: Case, source: str) -> Output:
    """Returns what a source wrote for a case.

    Raises:
        ArfError: nothing, or there is no such source.
    """
    path = outputs(source, case.channel)
    if not path.exists():
        known = sorted(folder.name for folder in Path(DATA, "outputs").glob("*"))
        there = f" (there are {', '.join(known)})" if known else ""
        raise ArfError(
            f"--source {source}: nothing in {path}{there}; run the stage that writes it (dvc repro)"
        )
    for output in read_records(path, Output):
        if output.id == case.id:
            return output
    raise ArfError(f"{path}: {source} has no output for {case.id}; try another --case or --source")


def _note(text: str) -> None:
    typer.echo(f"note: {text}", err=True)
