"""Each stage of dvc.yaml declares the modules and parameters that shape it and nothing else."""

import ast
import re
from pathlib import Path
from typing import Any

import grimp
import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src"
STAGES: dict[str, dict[str, Any]] = {
    name: stage.get("do", stage)
    for name, stage in YAML(typ="safe", pure=True).load(ROOT / "dvc.yaml")["stages"].items()
}
IGNORED = {"mock.py"}  # by .dvcignore
SHAPING = {"llm": {"llm.pseudonymise", "llm.names"}}  # budget and tracing shape no answer


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("arf", cache_dir=None)


def module_of(stage: dict[str, Any]) -> str:
    match = re.match(r"python -m (\S+)", stage["cmd"])
    assert match, stage["cmd"]
    return match[1]


def file_of(module: str) -> Path:
    path = SOURCE / Path(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def has_code(path: Path) -> bool:
    return len(ast.parse(path.read_text(encoding="utf-8")).body) > 1


def import_closure(graph: grimp.ImportGraph, module: str) -> set[Path]:
    """All files that a module imports, in functions too, and the data of their packages."""
    modules = {module, *graph.find_upstream_modules(module)}
    packages = {".".join(m.split(".")[:i]) for m in modules for i in range(1, m.count(".") + 1)}
    files = {file_of(m) for m in modules | packages}
    files = {path for path in files if path.name != "__init__.py" or has_code(path)}
    for package in {path.parent for path in files}:
        if package != SOURCE / "arf":
            files |= {p for p in package.rglob("*") if p.suffix in {".yaml", ".j2", ".txt"}}
    return files


def declared(stage: dict[str, Any]) -> set[Path]:
    files: set[Path] = set()
    for dep in stage["deps"]:
        path = ROOT / dep
        if dep.startswith("src/"):
            assert path.exists(), f"{dep} does not exist"
            files |= set(path.rglob("*")) if path.is_dir() else {path}
    return {
        path
        for path in files
        if path.is_file()
        and path.name not in IGNORED
        and "__pycache__" not in path.parts
        and (path.name != "__init__.py" or has_code(path))
    }


@pytest.mark.parametrize("name", STAGES)
def test_stage_declares_its_import_closure(graph: grimp.ImportGraph, name: str) -> None:
    needed = import_closure(graph, module_of(STAGES[name]))
    listed = declared(STAGES[name])
    missing = sorted(str(path.relative_to(ROOT)) for path in needed - listed)
    needless = sorted(str(path.relative_to(ROOT)) for path in listed - needed)
    assert (missing, needless) == ([], [])


def sections_read(module: str) -> set[str]:
    """The sections that a stage passes to load_section, a name filled in at run time as `*`."""
    names = set()
    for node in ast.walk(ast.parse(file_of(module).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "load_section":
            argument = node.args[0]
            if isinstance(argument, ast.JoinedStr):
                parts = (p.value if isinstance(p, ast.Constant) else "*" for p in argument.values)
                names.add("".join(map(str, parts)))
            else:
                assert isinstance(argument, ast.Constant)
                names.add(str(argument.value))
    return names


@pytest.mark.parametrize("name", STAGES)
def test_stage_declares_the_parameters_that_it_reads(name: str) -> None:
    stage = STAGES[name]
    listed = {re.sub(r"\$\{.*?\}", "*", section) for section in stage["params"]}
    read = sections_read(module_of(stage))
    assert set().union(*(SHAPING.get(name, {name}) for name in read)) == listed


@pytest.mark.parametrize("name", STAGES)
def test_stage_keeps_what_it_makes(name: str) -> None:
    """No `cache: false` or `persist` but for the one small file that git tracks."""
    for kind in ("outs", "metrics", "plots"):
        for out in STAGES[name].get(kind, []):
            path, options = next(iter(out.items())) if isinstance(out, dict) else (out, {})
            assert not options.get("persist")
            assert options.get("cache", True) or path == "metrics/comparison.json"
