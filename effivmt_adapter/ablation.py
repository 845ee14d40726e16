"""Run the whole ablation and write its table and figure.

    python -m effivmt_adapter.ablation --limit 8

Each setting is a run of its own, made and scored as ``motionbench eval`` does it; repeating the
command continues where it stopped, and finished runs are only read.
"""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tqdm import tqdm

from effivmt_adapter.ablation_grid import Setting, full_grid
from effivmt_adapter.ablation_report import METRICS, Row, draw_figure, table
from motionbench.features import default_cache_dir
from motionbench.files import write_bytes
from motionbench.leaderboard.cells import cells_of
from motionbench.leaderboard.records import read_grid
from motionbench.ruler import load_ruler
from motionbench.runner.environment import environment
from motionbench.runner.generate import Request, generate
from motionbench.runner.plan import Selection
from motionbench.runner.score import Scoring, score_run
from motionbench.runner.tasks import MethodReference
from motionbench.store.info import SuiteSource
from motionbench.store.table import read_table

COMMAND = ("python", "-m", "effivmt_adapter.ablation")


def run_settings(
    settings: Sequence[Setting],
    *,
    shared: Mapping[str, Any],
    suite: SuiteSource,
    selection: Selection,
    scoring: Scoring,
    out: Path,
    device: str = "cpu",
) -> list[Path]:
    """Make and score the clips of all settings; the run folder of each, in order.

    Args:
        settings: What to compare.
        shared: Options of all of them, such as the backbone.
        suite: What to run on.
        selection: Which part of it.
        scoring: How to measure.
        out: Folder of run folders.
        device: Of the methods.

    Raises:
        MotionBenchError: As ``generate`` and ``score_run`` raise it.
    """
    folders = []
    for setting in tqdm(settings, desc="settings"):
        method = MethodReference(setting.method, {**shared, **setting.options}, device)
        request = Request(method, suite, selection, command=COMMAND)
        made = generate(request, out)
        score_run(made.run, scoring)
        folders.append(made.run)
    return folders


def read_rows(settings: Sequence[Setting], folders: Sequence[Path], ruler: str) -> list[Row]:
    """What was measured, setting by setting.

    Args:
        settings: What was compared.
        folders: The run of each.
        ruler: Name and fingerprint.
    """
    grid = read_grid(read_table(list(dict.fromkeys(folders)), ruler))
    place = {key.run: index for index, key in enumerate(grid.runs)}
    columns = {name: cells_of(grid, name, seed=0) for name in METRICS if name in grid.metrics}
    return [
        Row(setting, {name: cells[place[str(folder)]] for name, cells in columns.items()})
        for setting, folder in zip(settings, folders, strict=True)
    ]


def machine_fact(device: str, machine: Mapping[str, Any]) -> str:
    """Where it ran: device, cores and GPUs.

    Args:
        device: Of the methods.
        machine: From ``environment``.
    """
    gpus = "; ".join(machine["gpus"]) or "no GPU"
    return f"device {device}; {machine['cores']} cores of {machine['cpu']}; {gpus}"


def write_report(rows: Sequence[Row], folder: Path, facts: Sequence[str]) -> None:
    """Write ``ablation.md`` and ``ablation.png``."""
    write_bytes(folder / "ablation.md", table(rows, facts).encode())
    draw_figure(rows, folder / "ablation.png")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--backbone", default="nano", help="nano, a hub id or a folder")
    parser.add_argument("--suite", default="scenes")
    parser.add_argument("--limit", type=int, help="cases, in turn from each category")
    parser.add_argument("--frames", type=int, nargs="+", default=[2, 3, 5, 7])
    parser.add_argument("--ruler", default="embedded")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--runs", type=Path, default=Path("runs/ablation"))
    parser.add_argument("--out", type=Path, default=Path("docs/ablation"))
    arguments = parser.parse_args()
    settings = full_grid(arguments.frames)
    scoring = Scoring(
        load_ruler(arguments.ruler, device=arguments.device),
        cache_dir=default_cache_dir(),
        command=COMMAND,
    )
    folders = run_settings(
        settings,
        shared={"backbone": arguments.backbone},
        suite=SuiteSource(arguments.suite),
        selection=Selection(limit=arguments.limit),
        scoring=scoring,
        out=arguments.runs,
        device=arguments.device,
    )
    facts = [
        f"Suite {arguments.suite}, {arguments.limit or 'all'} cases; ruler {scoring.ruler.id};",
        f"backbone {arguments.backbone}; {machine_fact(arguments.device, environment())}.",
    ]
    write_report(read_rows(settings, folders, scoring.ruler.id), arguments.out, facts)


if __name__ == "__main__":
    main()
