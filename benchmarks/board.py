"""The embedded board: every method of this repository on one suite, and what comes of it.

    python benchmarks/board.py --limit 8

Runs `motionbench eval` once for each row below, the cheap ones first, then writes the board as
Markdown and CSV and each run's records, without clips, as a bundle. Repeat the command after an
interruption: what is made is not made again. The README's table is from docs/results/board.md.
"""

import argparse
import shlex
import subprocess
import sys
from pathlib import Path

from tqdm import tqdm

ROWS = (
    "copy",
    "still",
    "other_case",
    "vae_round_trip",
    "backbone",
    "sdedit --set strength=0.6",
    "sdedit --set strength=0.75",
    "sdedit --set strength=0.9",
    "rope_shift",
    "smm --set learning_rate=0.02",
    "moft --set learning_rate=0.02",
    "ditflow",
    "effivmt",
    "effivmt --set heads_rule=quantile",
    "two_stage_lora",
)
COLUMNS = (
    "motion_fidelity,motion_fidelity_normalised,text_rank,appearance_leakage,"
    "structure_leakage,seconds_adapt,seconds_generate"
)


def motionbench(*arguments: str) -> None:
    """Run a command of this environment's motionbench; it shows its own progress.

    Raises:
        subprocess.CalledProcessError: It failed.
    """
    subprocess.run([str(Path(sys.executable).with_name("motionbench")), *arguments], check=True)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--limit", type=int, default=8, help="cases, in turn from each category")
    parser.add_argument("--ruler", default="embedded")
    parser.add_argument("--runs", type=Path, default=Path("runs/board"))
    parser.add_argument("--out", type=Path, default=Path("docs/results"))
    arguments = parser.parse_args()
    runs, out = arguments.runs, arguments.out
    what = ("--limit", str(arguments.limit), "--ruler", arguments.ruler, "--offline")
    for row in tqdm(ROWS, desc="rows"):
        motionbench("eval", "--method", *shlex.split(row), *what, "--out", str(runs))
    out.mkdir(parents=True, exist_ok=True)
    for style, file in (("markdown", "board.md"), ("csv", "board.csv")):
        board = ("leaderboard", str(runs), "--metrics", COLUMNS, "--format", style)
        motionbench(*board, "--out", str(out / file))
    for run in tqdm(sorted(runs.glob("*--*")), desc="records"):
        bundle = str(out / f"{run.name}.zip")
        motionbench("submit", str(run), "--hashes-only", "--out", bundle)


if __name__ == "__main__":
    main()
