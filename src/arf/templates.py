"""Templates of prompts: sandboxed, strict about what is missing, and aware of their fences."""

import re
from collections.abc import Iterator
from functools import lru_cache

from jinja2 import StrictUndefined, TemplateSyntaxError, meta, nodes, pass_context
from jinja2.runtime import Context
from jinja2.sandbox import SandboxedEnvironment

TAGS = "_tags"  # the variable that holds the tags of all fences of a prompt
SHOWN = {"body", "case", "output"}  # one of which a prompt has to show
FOREIGN = {"body", "output", "case.text", "case.turns", "case.fields", "case.body"}  # to be fenced

_JINJA = SandboxedEnvironment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
compiled = lru_cache(maxsize=1024)(_JINJA.from_string)  # reading a template takes milliseconds


def fence(text: str, *tags: str) -> str:
    """Escapes the `<` of every `<tag` and `</tag` in a text that is put between such tags.

    Nothing is taken out, so that what is left cannot come together as a tag.
    """
    return _pattern(frozenset(tags)).sub("&lt;", text)


@lru_cache(maxsize=1024)
def _pattern(tags: frozenset[str]) -> re.Pattern[str]:
    names = "|".join(map(re.escape, sorted(tags)))
    return re.compile(rf"<(?=(?:\s*/\s*)?(?:{names})(?!\w))", re.IGNORECASE)


@pass_context
def _fence(context: Context, text: str, tag: str) -> str:
    """Fences against all tags of the prompt, so that no text can forge another's."""
    return fence(text, tag, *context.get(TAGS, ()))


_JINJA.filters["fence"] = _fence


def shows_something(template: str) -> bool:
    """Says whether a template shows a case or an output."""
    tree = _parsed(template)
    try:
        return tree is None or bool(meta.find_undeclared_variables(tree) & SHOWN)
    except TemplateSyntaxError:  # an unknown filter, which rendering tells of
        return True


def fences(template: str) -> Iterator[str]:
    """Yields the tags of a template's fences, or the names of the variables that hold them."""
    tree = _parsed(template)
    for one in tree.find_all(nodes.Filter) if tree else ():
        tag = one.args[0] if one.name == "fence" and one.args else None
        if isinstance(tag, nodes.Const):
            yield str(tag.value)
        elif isinstance(tag, nodes.Name):
            yield tag.name


def unfenced(template: str) -> Iterator[str]:
    """Yields the names of foreign texts that a template shows without a fence."""
    tree = _parsed(template)
    for shown in tree.find_all(nodes.Output) if tree else ():
        yield from _bare(shown)


def _parsed(template: str) -> nodes.Template | None:
    """Reads a template; null where it is broken, which rendering tells of."""
    try:
        return _JINJA.parse(template)
    except TemplateSyntaxError:
        return None


def _bare(node: nodes.Node) -> Iterator[str]:
    if isinstance(node, nodes.Filter) and node.name == "fence":
        return
    if isinstance(node, nodes.Name) and node.name in FOREIGN:
        yield node.name
    if isinstance(node, nodes.Getattr) and isinstance(node.node, nodes.Name):
        name = f"{node.node.name}.{node.attr}"
        if name in FOREIGN:
            yield name
    for inner in node.iter_child_nodes():
        yield from _bare(inner)
