"""Items made tasks of Label Studio, labels made annotations, another annotator's predictions."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from arf.errors import ArfError
from arf.files import replacing, write_json
from arf.labelling.drafts import Draft, to_draft
from arf.labelling.items import Item
from arf.labelling.label_studio import config
from arf.labelling.label_studio.offsets import hidden, showable
from arf.records import Annotation, Finding
from arf.taxonomy import Taxonomy

META = "arf"  # the field of a task's data that people do not fill
_NOTICE = "A machine's labels are shown beforehand. It may be wrong: check each of them."


def write_tasks(
    path: Path, items: Sequence[Item], labels: Mapping[str, Annotation], taxonomy: Taxonomy
) -> None:
    """Writes tasks for Label Studio, and the labelling configuration beside them (`.xml`).

    What is shown gives away neither who wrote an output nor which case it is. A label becomes an
    annotation that can be changed, what an item shows beforehand a prediction.

    Args:
        path: the JSON file to write.
        items: what to label, in the order in which people see it.
        labels: labels that there are already, one person's, by key.
        taxonomy: the codes.

    Raises:
        ArfError: the file is named as the configuration beside it is.
    """
    if path.suffix == ".xml":
        raise ArfError(f"{path}: that is the configuration's name; name the tasks .json")
    write_json(path, [_task(item, labels.get(item.key), taxonomy) for item in items])
    with replacing(path.with_suffix(".xml")) as file:
        file.write(config.configuration(taxonomy))


def mark(key: str) -> int:
    """Returns what Label Studio keeps as `import_id` of the annotation that a label became."""
    return int(key[:13], 16)  # 52 bits, which JavaScript holds too


def _task(item: Item, label: Annotation | None, taxonomy: Taxonomy) -> dict[str, Any]:
    output = item.output
    meta: dict[str, Any] = {
        "key": item.key,
        "taxonomy": taxonomy.hashes(frozenset(taxonomy.codes), output.channel),
        "seen": item.shown.annotator if item.shown else None,
        "nul": hidden(output.text),
    }
    task: dict[str, Any] = {
        "data": {
            "channel": output.channel,
            "case": showable(item.case.body()),
            "output": showable(output.text),
            "notice": _NOTICE if item.shown else "",
            META: meta,
        }
    }
    if label is not None:
        draft = to_draft(label)
        meta["label"] = draft.model_dump()
        annotation = {"id": mark(item.key), "ground_truth": False, "result": _results(draft, item)}
        task["annotations"] = [annotation]
    if item.shown is not None:
        shown = _results(Draft(errors=to_draft(item.shown).errors), item)
        task["predictions"] = [{"model_version": "machine", "result": shown}]
    return task


def _results(draft: Draft, item: Item) -> list[dict[str, Any]]:
    """Returns what somebody would have to do in Label Studio to give a label."""
    results = []
    whole = []
    for number, error in enumerate(draft.errors):
        finding = Finding.model_validate(error)
        place = finding.place(item.output.text)
        if place is None:
            whole.append(finding.code)
            continue
        region = f"{item.key}-{number}"
        at = {"start": place[0], "end": place[1]}
        marked = {**at, "text": showable(finding.span or ""), "labels": [finding.code]}
        results.append(_result(config.ERRORS, "labels", marked, region))
        if finding.note is not None:
            why = {**at, "text": [finding.note]}
            results.append(_result(config.WHY, "textarea", why, region))
    for name, values in (
        (config.WHOLE, list(dict.fromkeys(whole))),
        (config.RATING, [] if draft.rating is None else [str(draft.rating)]),
    ):
        if values:
            results.append(_result(name, "choices", {"choices": values}, f"{item.key}-{name}"))
    for name, words in ((config.NOTE, draft.note), (config.SKIP, draft.skipped)):
        if words is not None:
            results.append(_result(name, "textarea", {"text": [words]}, f"{item.key}-{name}"))
    return results


def _result(name: str, kind: str, value: dict[str, Any], region: str) -> dict[str, Any]:
    return {
        "id": region,
        "from_name": name,
        "to_name": config.OUTPUT,
        "type": kind,
        "value": value,
    }
