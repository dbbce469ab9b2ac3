"""Who may import whom: the house's storeys, and the few rooms with heavy furniture."""

from pathlib import Path

import grimp
import pytest

GROUND = {
    "disk", "errors", "files", "layout", "models", "params", "progress", "prompts", "records",
    "state", "taxonomy", "templates", "text",
}  # fmt: skip
VERBS = {"write", "annotate", "revise"}
ENTRANCES = {"stages", "cli"}
HEAVY = {
    "torch": {
        "arf.bases.prepare",
        "arf.models.generate",
        "arf.models.load",
        "arf.train.sft",
        "arf.train.student",
    },
    "transformers": {
        "arf.bases.prepare",
        "arf.models.generate",
        "arf.models.load",
        "arf.train.sft",
    },
    "trl": {"arf.train.sft"},
    "peft": {"arf.models.load", "arf.train.sft"},
    "mlflow": {"arf.track.mirror", "arf.track.traces"},
    "openai": {"arf.llm.deferred.batch_api", "arf.llm.live.client"},
}


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("arf", include_external_packages=True, cache_dir=None)


def storey(module: str) -> int:
    """0 ground floor, 1 llm, 2 verbs, 3 concerns, 4 entrances."""
    parts = module.split(".")
    if len(parts) == 1:
        return 0
    if parts[1] in GROUND:
        return 0
    if parts[1] == "llm":
        return 1
    if parts[1] in VERBS:
        return 2
    return 4 if parts[1] in ENTRANCES else 3


def test_imports_go_down(graph: grimp.ImportGraph) -> None:
    upward = [
        f"{module} -> {imported}"
        for module in graph.modules
        if module.startswith("arf")
        for imported in graph.find_modules_directly_imported_by(module)
        if imported.startswith("arf") and storey(imported) > storey(module)
    ]
    assert upward == []


def test_nothing_imports_stages(graph: grimp.ImportGraph) -> None:
    importers = {
        module
        for stage in graph.find_descendants("arf.stages") | {"arf.stages"}
        for module in graph.find_modules_that_directly_import(stage)
    }
    assert {module for module in importers if not module.startswith("arf.stages.")} == set()


def test_verbs_know_one_another_by_protocol_alone(graph: grimp.ImportGraph) -> None:
    protocols = {f"arf.{verb}" for verb in VERBS}
    mixed = [
        f"{module} -> {imported}"
        for module in graph.modules
        if storey(module) == 2 and module.startswith("arf")
        for imported in graph.find_modules_directly_imported_by(module)
        if imported.startswith("arf")
        and storey(imported) == 2
        and imported.split(".")[1] != module.split(".")[1]
        and imported not in protocols
    ]
    assert mixed == []


@pytest.mark.parametrize("package", HEAVY)
def test_heavy_packages_stay_in_their_rooms(graph: grimp.ImportGraph, package: str) -> None:
    if package not in graph.modules:
        assert HEAVY[package] == set()
        return
    assert graph.find_modules_that_directly_import(package) <= HEAVY[package]


def test_only_stages_and_cli_read_params() -> None:
    root = Path(__file__).parents[1] / "src" / "arf"
    readers = {
        path.relative_to(root).parts[0]
        for path in root.rglob("*.py")
        if "load_section(" in path.read_text(encoding="utf-8")
    }
    assert readers <= {"params.py", *ENTRANCES}
