"""`arf estimate`: tokens and money per role, before anything is sent."""

from collections import deque
from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.table import Table

from arf.annotate.asking import ModelAnnotator, is_blank
from arf.annotate.providers import AnnotatorRole
from arf.audit.params import AuditParams
from arf.audit.sample import draw, stratify
from arf.channels import Channels, read_cases, read_pairs
from arf.cli.unasked import Unasked
from arf.errors import ArfError
from arf.estimate import EXPECTED, Asked, Estimator, Row
from arf.files import read_json
from arf.judge import JudgeParams
from arf.layout import METRICS, base, cases, outputs, student, targets, untuned
from arf.llm.account.prices import read_prices, sum_of_money
from arf.llm.endpoint import Endpoint, LlmParams, parameter
from arf.models.generate import Greedy, Sampling
from arf.params import load_section
from arf.predict import PredictParams, Sampled
from arf.prompts import load_prompt
from arf.records import Case, Output
from arf.revise import Request
from arf.revise.asking import ModelEditor
from arf.revise.providers import EditorRole
from arf.rounds import TEACHER, Round, candidates
from arf.taxonomy import Taxonomy, load_taxonomy
from arf.write.asking import ModelWriter
from arf.write.providers import EndpointStudent, StudentRole, TeacherRole

WIDTH = 150  # of the table, whatever the terminal
ASSUMED = 150  # words of an output that is not there yet
SHOWN = 200  # outputs a channel and code that edits are told from

Questions = Iterator[Asked]


def estimate() -> None:
    """Tell how many tokens and how much money the next run takes; nothing is sent.

    It needs the cases (`dvc repro ingest`, which asks nobody). Questions that the cache answers are
    counted out. Where an output is not there yet, one of usual length is assumed. Edits and second
    looks at what was edited are told from the last audit, whatever the cache holds of them.
    """
    plan = _Plan()
    plan.count()
    rows = [row for row in plan.estimator.rows if row.questions]
    if not rows:
        typer.echo("no role asks an endpoint: nothing is sent and nothing costs money")
        return
    _show(rows, plan)


class _Plan:
    """What each stage asks, from the parameters and the files that are there."""

    def __init__(self) -> None:
        self.llm = load_section("llm", LlmParams)
        self.prices = read_prices()
        self.channels = load_section("channels", Channels).root
        self.taxonomy: Taxonomy = load_taxonomy()
        self.roles: dict[str, Any] = {
            "teacher": load_section("roles.teacher", TeacherRole).root,
            "annotator": load_section("roles.annotator", AnnotatorRole).root,
            "editor": load_section("roles.editor", EditorRole).root,
            "judge": load_section("roles.judge", AnnotatorRole).root,
            "student": load_section("roles.student", StudentRole).root,
        }
        self.audit = load_section("audit", AuditParams)
        self.roles |= {
            name: role.root for name, role in self.audit.roles(self._role("annotator")).items()
        }
        self.estimator = Estimator(self.llm, self.prices)
        self.assumed = False
        self.told_by_rate = False
        self._rates = cache(self._read_rates)
        self._fits = cache(self._read_fits)

    def count(self) -> None:
        """Counts every stage that asks an endpoint, in the order of the pipeline.

        Raises:
            ArfError: there are no cases yet.
        """
        for channel in self.channels:
            if not cases(channel).exists():
                raise ArfError(
                    f"{cases(channel)}: not there yet; dvc repro ingest makes it, and asks nobody"
                )
        rounds = load_section("rounds", dict[str, Round])
        self._add("teacher", "teach", self._teach())
        for role in self.audit.roles(self._role("annotator")):
            self._add(role, "audit", self._audit(role))
        for stage, entries, split in (("trial", rounds, "heldout"), ("revise", rounds, None)):
            for name, entry in entries.items():
                label = stage if stage == "trial" else f"revise-{name}"
                self._add("annotator", label, self._flags(name, entry, split))
                self._add("editor", label, self._edits(name, entry, split))
        self._students()
        for source in load_section("judge", JudgeParams).sources:
            self._add("judge", f"judge-{source}", self._labels("judge", source, "test"))

    def _add(self, role: str, stage: str, questions: Questions) -> None:
        if isinstance(self.roles[role], Endpoint):
            self.estimator.add(role, stage, self.roles[role], questions)

    def _pairs(self, source: str, channel: str, split: str | None) -> Iterator[tuple[Case, Output]]:
        """Yields a source's outputs, or assumed ones where it has none of these cases."""
        if self._fits(source, channel):
            found = read_pairs(source, [channel])
        else:
            self.assumed = True
            found = ((case, _assumed(case, source)) for case in read_cases([channel]))
        return (item for item in found if split in (None, item[0].split))

    def _teach(self) -> Questions:
        writer = ModelWriter(TEACHER, Unasked(), load_prompt(self.roles["teacher"].prompt))
        for case in read_cases(self.channels):
            yield Asked(writer.question(case))

    def _annotator(self, role: str) -> ModelAnnotator:
        return ModelAnnotator(Unasked(), load_prompt(self.roles[role].prompt), self.taxonomy)

    def _role(self, name: str) -> AnnotatorRole:
        return AnnotatorRole(self.roles[name])

    def _audit(self, role: str) -> Questions:
        annotator = self._annotator(role)
        size = self.audit.width(self._role(role))
        for channel in self.channels:
            strata = stratify(read_cases([channel]), self.audit.strata)
            pairs = partial(self._pairs, TEACHER, channel, None)
            for case, output in draw(pairs, strata, size, self.audit):
                yield Asked(annotator.question(case, output))

    def _labels(self, role: str, source: str, split: str | None) -> Questions:
        annotator = self._annotator(role)
        for channel in self.channels:
            for case, output in self._pairs(source, channel, split):
                if not is_blank(output):
                    yield Asked(annotator.question(case, output))

    def _flags(self, name: str, entry: Round, split: str | None) -> Questions:
        """Yields what the annotator is asked in a round: each output, and again what is edited."""
        yield from self._labels("annotator", entry.parent, split)
        annotator = self._annotator("annotator")
        for channel in self.channels:
            for rate in self._shares(name, entry, channel).values():
                for case, output, times in self._sample(entry.parent, channel, split):
                    yield Asked(annotator.question(case, output), times * rate, False)

    def _edits(self, name: str, entry: Round, split: str | None) -> Questions:
        editor = ModelEditor(Unasked(), self.taxonomy)
        for channel in self.channels:
            for code, rate in self._shares(name, entry, channel).items():
                for case, output, times in self._sample(entry.parent, channel, split):
                    question = editor.question(Request(case, output, name, code, ()))
                    yield Asked(question, times * rate, False)

    def _students(self) -> None:
        role = self.roles["student"]
        if not isinstance(role, EndpointStudent):
            return
        params = load_section("predict", PredictParams)
        answers: dict[str, tuple[Path, Greedy | Sampling]] = {
            name: (student(name), params.greedy)
            for name in load_section("students", dict[str, Any])
        }
        for name in load_section("bases", dict[str, Any]):
            answers[untuned(name)] = (base(name), params.greedy)
        for name, entry in load_section("sampled", dict[str, Sampled]).items():
            answers[name] = (student(entry.student), Sampling(entry.temperature, entry.seed))
        for source, (folder, decoding) in answers.items():
            served = role.of_folder(folder, params.max_new_tokens, decoding)
            writer = ModelWriter(source, Unasked(), load_prompt(role.prompt))
            questions = (
                Asked(writer.question(case))
                for case in read_cases(self.channels)
                if case.split == "test"
            )
            self.estimator.add("student", f"predict-{source}", served, questions)

    def _sample(
        self, source: str, channel: str, split: str | None
    ) -> Iterator[tuple[Case, Output, float]]:
        """Yields a part of a source's outputs, each standing for as many as there are of it."""
        every = list(self._pairs(source, channel, split))
        shown = every[:: max(1, len(every) // SHOWN)]
        for case, output in shown:
            yield case, output, len(every) / len(shown)

    def _shares(self, name: str, entry: Round, channel: str) -> dict[str, float]:
        """Returns the share of outputs that have each code of a round, 1 where nobody knows."""
        self.told_by_rate = True
        path = targets(channel)
        if path.exists():
            codes = read_json(path).get(name, [])
        else:
            codes = candidates(name, entry, channel, self.taxonomy)
        found = self._rates(channel)
        return {code: (found.get(code) or {"rate": 1.0})["rate"] for code in codes}

    def _read_fits(self, source: str, channel: str) -> bool:
        """Says whether there are outputs, and of the cases as they are now."""
        if not outputs(source, channel).exists():
            return False
        try:
            deque(read_pairs(source, [channel]), maxlen=0)
        except ArfError:
            return False
        return True

    def _read_rates(self, channel: str) -> dict[str, Any]:
        path = METRICS / "audit.json"
        found: dict[str, Any] = read_json(path)[channel]["prevalence"] if path.exists() else {}
        return found


def _assumed(case: Case, source: str) -> Output:
    return Output(
        id=case.id,
        channel=case.channel,
        source=source,
        text=source + " word" * ASSUMED,  # by another source, another text
        provider="assumed",
    )


def _show(rows: list[Row], plan: _Plan) -> None:
    currency = plan.prices.currency
    names = ("role", "stage", "questions", "in cache", "to send", "prompt tokens", "answer tokens",
             f"money ({currency})")  # fmt: skip
    table = Table(*names, box=None)
    for column in table.columns[2:]:
        column.justify = "right"
    total = Row("total", "")
    money: list[float | None] = [0.0, 0.0]
    for row in rows:
        own = [row.money(row.expected), row.money(row.longest)]
        table.add_row(*_cells(row, own))
        money = [None if a is None or b is None else a + b for a, b in zip(money, own, strict=True)]
        for name in ("questions", "hits", "prompt_tokens", "longest"):
            setattr(total, name, getattr(total, name) + getattr(row, name))
    table.add_section()
    table.add_row(*_cells(total, money))
    Console(width=WIDTH).print(table)
    typer.echo(f"Ranges: answers {EXPECTED:.0%} as long as they may be, and all of that length.")
    if plan.assumed:
        typer.echo(f"Outputs that are not there yet are taken to have {ASSUMED} words.")
    if plan.told_by_rate:
        typer.echo("Edits are told from the audit's rates, those of stages that are done as well.")
    for role in dict.fromkeys(row.role for row in rows if row.price is None):
        typer.echo(f"{parameter(role)}: prices.yaml has no price for {plan.roles[role].model}")
    for line in _budgets(rows, plan, money[1]):
        typer.echo(line)


def _cells(row: Row, money: list[float | None]) -> list[str]:
    expected, most = (f"{tokens:,.0f}" for tokens in (row.expected, row.longest))
    cost = ["unknown" if value is None else sum_of_money(value) for value in money]
    return [
        row.role, row.stage, f"{row.questions:,.0f}", f"{row.hits:,.0f}",
        f"{row.questions - row.hits:,.0f}", f"{row.prompt_tokens:,.0f}",
        f"{expected} to {most}", cost[0] if cost[0] == cost[1] else " to ".join(cost),
    ]  # fmt: skip


def _budgets(rows: list[Row], plan: _Plan, total: float | None) -> Iterator[str]:
    """Yields how each budget compares with what its role may cost at most."""
    budgets = [("llm.budget", plan.llm.budget, total)]
    for role, params in plan.roles.items():
        if isinstance(params, Endpoint):
            own = [row.money(row.longest) for row in rows if row.role == role]
            known = [value for value in own if value is not None]
            most = sum(known) if len(known) == len(own) else None
            budgets.append((f"{parameter(role)}.budget", params.budget, most))
    for name, budget, most in budgets:
        if budget is None:
            continue
        if most is None:
            verdict = "cannot be kept to without a price; the run refuses to start"
        else:
            verdict = "is enough" if most <= budget else "may be used up before the end"
        yield f"{name}: {sum_of_money(budget)} {plan.prices.currency} {verdict}"
