"""Imports go one way, and the harness never names the plugins it ships with."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "motionbench"

# A module may import from its own layer and from those above it in this list.
LAYERS = (
    {"errors", "arrays"},
    {"cases", "tracks", "files", "training"},
    {"video", "conform", "scenes"},
    {"manifest", "manifest_entries", "pairs", "pair_rows"},
    {"trackers", "embedders", "metrics"},
    {"methods"},
    {"ruler", "features", "backbones"},
    {"store"},
    {"runner", "overlay", "suites"},
    {"leaderboard", "submission"},
    {"audit"},
    {"commands", "cli"},
    {"__init__"},
)
RANK = {name: rank for rank, layer in enumerate(LAYERS) for name in layer}

FORBIDDEN_IN_METRICS = {"cv2", "torch", "torchvision", "open_clip", "av", "pathlib", "os", "pandas"}

MODULES = sorted(PACKAGE.rglob("*.py"))


def part_of(path: Path) -> str:
    """The layer member that a file belongs to: its top-level module or package."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(source: str) -> list[str]:
    """Every module a source imports, anywhere in it, as dotted names."""
    names = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            names += [f"{node.module}.{alias.name}" for alias in node.names]
    return names


def backward(part: str, source: str) -> list[str]:
    """Imports of a file of ``part`` that go against the direction."""
    own = (name.split(".") for name in imported(source) if name.startswith("motionbench."))
    return [".".join(name) for name in own if RANK.get(name[1], -1) > RANK[part]]


def test_every_module_has_a_layer() -> None:
    assert {part_of(path) for path in MODULES} <= set(RANK)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_one_way(path: Path) -> None:
    assert backward(part_of(path), path.read_text()) == []


def test_a_backward_import_is_found() -> None:
    source = "def f():\n    from motionbench.runner.score import score_run\n"
    assert backward("metrics", source) == ["motionbench.runner.score.score_run"]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_the_harness_names_no_plugin(path: Path) -> None:
    tops = {name.split(".")[0] for name in imported(path.read_text())}
    assert not tops & {"baselines", "effivmt_adapter"}


@pytest.mark.parametrize(
    "path", sorted((PACKAGE / "metrics").rglob("*.py")), ids=lambda path: path.name
)
def test_metrics_import_no_backend(path: Path) -> None:
    tops = {name.split(".")[0] for name in imported(path.read_text())}
    assert not tops & FORBIDDEN_IN_METRICS
