"""A JSON export of Label Studio, read as what people gave for the items."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from arf.errors import ArfError
from arf.findings import LabelError
from arf.labelling.drafts import read_draft
from arf.labelling.entries import Entry
from arf.labelling.label_studio.answers import read_answers
from arf.labelling.label_studio.offsets import restored
from arf.labelling.label_studio.tasks import META, mark

_KEY = re.compile(r"[0-9a-f]{16}")
_UNKNOWN = "unknown"  # whoever labelled, where the export does not say


def read_export(path: Path, user: str | None) -> list[Entry]:
    """Reads what one person labelled from Label Studio's JSON export.

    Args:
        path: the file, of the export format `JSON`.
        user: whose annotations to read: the number or, where the export has it, the e-mail address
            that Label Studio knows the person by. Null where there is one person only.

    Returns:
        An entry for each annotation, in the order of the file; none for a task that nobody has
        labelled. What is wrong with one task is in its entry's `faults`.

    Raises:
        ArfError: the file is absent, no JSON, no such export or of another project, or it is not
            clear whose annotations to read.
    """
    tasks = _read(path)
    chosen = _choose(path, tasks, user)
    entries: list[Entry] = []
    for number, task in enumerate(tasks, start=1):
        place = f"{path.name}: task {task.get('id', number)}"
        entries += _entries(place, task, chosen)
    return entries


def _read(path: Path) -> list[dict[str, Any]]:
    try:
        tasks = json.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        raise ArfError(f"{path}: no such file; export from Label Studio as JSON") from error
    except OSError as error:
        raise ArfError(f"{path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        line = f"{path}:{error.lineno}" if isinstance(error, json.JSONDecodeError) else path
        raise ArfError(
            f"{line}: no JSON, or only the half of it; export from Label Studio anew, as JSON"
        ) from error
    if not isinstance(tasks, list) or not all(isinstance(task, dict) for task in tasks):
        raise ArfError(f"{path}: no list of tasks; export from Label Studio as JSON")
    if not tasks:
        raise ArfError(f"{path}: no task in it; label some, then export anew")
    if any("annotation_id" in task and "data" not in task for task in tasks):
        raise ArfError(f"{path}: this is JSON-MIN, which lacks what labels need; export as JSON")
    if not any(_meta(task) for task in tasks):
        raise ArfError(
            f"{path}: no task of arf's in it; export the project that was made of the tasks of "
            "arf audit export"
        )
    return tasks


def _meta(task: Mapping[str, Any]) -> dict[str, Any] | None:
    """Returns what arf wrote into a task, null in one that is not arf's."""
    data = task.get("data")
    if not isinstance(data, dict) or not isinstance(data.get("output"), str):
        return None
    meta = data.get(META)
    if not isinstance(meta, dict) or not _KEY.fullmatch(str(meta.get("key"))):
        return None
    places = meta.get("nul")
    there = range(len(data["output"]))
    return (
        meta
        if isinstance(places, list) and all(type(one) is int and one in there for one in places)
        else None
    )


def _records(task: Mapping[str, Any], name: str) -> Iterator[dict[str, Any]]:
    """Yields the annotations or the drafts of a task."""
    found = task.get(name)
    for one in found if isinstance(found, list) else []:
        yield one if isinstance(one, dict) else {}


def _names(who: Any) -> tuple[str, ...]:
    """Returns all names of whoever labelled: the number first, then the address if it is given."""
    if isinstance(who, dict):
        return tuple(str(who[name]) for name in ("id", "email") if who.get(name)) or (_UNKNOWN,)
    return (_UNKNOWN,) if who is None else (str(who),)


def _choose(path: Path, tasks: list[dict[str, Any]], user: str | None) -> str | None:
    """Returns who is read, as the annotations name people; null where there is but one."""
    people = {
        _names(one.get("completed_by")): None
        for task in tasks
        for one in _records(task, "annotations")
    }
    there = ", ".join(" ".join(names) for names in people)
    if user is None:
        if len(people) > 1:
            raise ArfError(f"{path}: by several people ({there}); choose one with --user ID")
        return None
    for names in people:
        if user in names:
            return names[0]
    raise ArfError(f"{path}: nothing by {user!r}; there is {there or 'nobody'}")


def _entries(place: str, task: dict[str, Any], user: str | None) -> Iterator[Entry]:
    annotations = [
        one
        for one in _records(task, "annotations")
        if user is None or _names(one.get("completed_by"))[0] == user
    ]
    draft = any(_is_by(one, user) for one in _records(task, "drafts"))
    if not annotations and not draft:
        return
    meta = _meta(task)
    if meta is None:
        yield Entry(place, "", {}, ("no task of arf's; delete it from the project",))
        return
    key = meta["key"]
    if draft:
        fault = "changes that were never submitted; submit or discard them, then export anew"
        yield Entry(place, key, {}, (fault,))
        return
    text = restored(task["data"]["output"], meta["nul"])
    for one in annotations:
        here = f"{place}, annotation {one.get('id')}" if len(annotations) > 1 else place
        ours = mark(key) in (one.get("import_id"), one.get("id"))
        try:
            before = read_draft(meta["label"]).model_dump() if ours and "label" in meta else {}
        except LabelError:
            yield Entry(here, key, {}, ("what arf wrote into the task was changed; export anew",))
            continue
        answers, faults = read_answers(one, text, before)
        given = {"seen": meta.get("seen"), "taxonomy": meta.get("taxonomy")} | answers
        yield Entry(here, key, given, tuple(faults))


def _is_by(draft: Mapping[str, Any], user: str | None) -> bool:
    """Says whether a draft is, or may be, a person's."""
    if user is None:
        return True
    names = {*_names(draft.get("user")), str(draft.get("created_username")).rpartition(" ")[2]}
    return user in names
