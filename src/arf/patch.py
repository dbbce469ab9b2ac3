"""Single values of a YAML file, changed so that every other byte stays as it is."""

from collections.abc import Iterator, Mapping
from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

WIDTH = 100  # of a line, above which a mapping is written as a block


class PatchError(Exception):
    """A value that cannot be changed in place; the message is its name."""


def compose(text: str) -> Node | None:
    """Returns the tree of a YAML text, whose nodes know where they stand."""
    node: Node | None = YAML(pure=True).compose(StringIO(text))
    return node


def child(node: Node | None, name: str | int) -> Node | None:
    """Returns what a node holds under a key or an index, if anything."""
    if isinstance(node, MappingNode):
        return next((value for key, value in node.value if key.value == str(name)), None)
    if isinstance(node, SequenceNode) and isinstance(name, int) and name < len(node.value):
        found: Node = node.value[name]
        return found
    return None


def flow(value: Any) -> str:
    """Returns a value as YAML on one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{flow(key)}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(flow, value)) + "]"
    if value is None:
        return "null"
    yaml = YAML(pure=True)
    yaml.default_flow_style = True
    yaml.width = 1_000_000
    out = StringIO()
    yaml.dump([value], out)  # in a list, where a comma or a bracket makes it quote a word
    return out.getvalue().strip()[1:-1]


def patch(text: str, values: Mapping[str, Mapping[str, Any]]) -> str:
    """Returns a YAML text in which values of its sections are set.

    A value is replaced whole, whatever lies below it, and added where it is not there. It is
    written on one line, or as a block where that would be too long. A comment behind the old
    value stays in its column, so that the old value, set again, gives the old text.

    Args:
        text: a mapping of sections, each a mapping.
        values: what to set, by section and name.

    Raises:
        PatchError: a value is an alias, say, or its section is none.
    """
    changed, wanted = text, _load(text)
    for section, items in values.items():
        try:
            for name, value in items.items():
                changed = _set(changed, section, name, value)
            found = _load(changed)
        except YAMLError as error:
            raise PatchError(section) from error
        wanted[section] = {**(wanted.get(section) or {}), **items}
        if found != wanted:
            raise PatchError(section)
    return changed


def _load(text: str) -> Any:
    return YAML(typ="safe", pure=True).load(StringIO(text))


def _set(text: str, section: str, name: str, value: Any) -> str:
    parent = child(compose(text), section)
    old = child(parent, name)
    if not isinstance(parent, MappingNode):
        start = f"{text.rstrip()}\n\n{section}:\n"
        return start + "".join(line + "\n" for line in _lines(name, value, 2, WIDTH))
    if parent.flow_style:
        if old is not None:
            return f"{text[: old.start_mark.index]}{flow(value)}{text[old.end_mark.index :]}"
        brace = parent.end_mark.index - 1
        comma = ", " if parent.value else ""
        return f"{text[:brace]}{comma}{flow({name: value})[1:-1]}{text[brace:]}"
    newline = "\r\n" if "\r\n" in text else "\n"
    indent = parent.value[0][0].start_mark.column
    if old is None:
        end = _line_end(text, _end(parent))
        added = (newline + line for line in _lines(name, value, indent, WIDTH))
        return text[:end] + "".join(added) + text[end:]
    key = next(key for key, item in parent.value if item is old)
    line = key.start_mark.index - indent
    end = _line_end(text, _end(old))
    # A comment behind the value, or behind the key of a block.
    is_block = old.start_mark.line > key.start_mark.line
    behind = key.end_mark.index + 1 if is_block else _end(old)
    remark = text[behind : _line_end(text, behind)]
    comment = remark.strip()
    if not comment:
        lines = list(_lines(name, value, indent, WIDTH))
    else:
        at = behind + len(remark) - len(remark.lstrip())
        column = at - text.rfind("\n", 0, at) - 1
        first, *block = _lines(name, value, indent, column - 1)
        lines = [f"{first} ".ljust(column) + comment, *block]
    return text[:line] + newline.join(lines) + text[end:]


def _lines(name: str, value: Any, indent: int, width: int) -> Iterator[str]:
    """Yields the lines of an entry: one, if it is narrow enough or no mapping."""
    line = f"{' ' * indent}{flow(name)}: {flow(value)}"
    if len(line) <= width or not isinstance(value, Mapping) or not value:
        yield line
        return
    yield f"{' ' * indent}{flow(name)}:"
    for key, item in value.items():
        yield from _lines(key, item, indent + 2, WIDTH)


def _end(node: Node) -> int:
    """Returns where a node's text ends; a block's own mark is after the comments behind it."""
    if isinstance(node, MappingNode) and not node.flow_style:
        return _end(node.value[-1][1])
    if isinstance(node, SequenceNode) and not node.flow_style:
        return _end(node.value[-1])
    end: int = node.end_mark.index
    return end


def _line_end(text: str, start: int) -> int:
    end = text.find("\n", start)
    end = len(text) if end < 0 else end
    return end - 1 if text[end - 1] == "\r" else end
