"""What a board of 200 methods on 150 cases takes: seconds, memory, and how fast a filter is.

    python benchmarks/site_scale.py [--methods 200] [--cases 150] [--folder DIR]

Synthetic runs (three prompts a case, every metric, clips shared by all results) are written first
and not measured. Then the table and the site are made by the commands, each in a process of its
own. Where Chromium is, the board is opened and its filters are changed; a change is timed until
the frame that shows it has been painted.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from synthetic_runs import write_runs

MOTIONBENCH = (sys.executable, "-c", "from motionbench.cli import main; main()")
CHANGES = 10

PAINTED = """async ([name, value]) => {
  const select = document.getElementById(name);
  select.value = value;
  const start = performance.now();
  select.dispatchEvent(new Event("change"));
  // What is posted from the frame's own callback comes after the frame was painted.
  await new Promise((done) => requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = done;
    channel.port2.postMessage(null);
  }));
  return performance.now() - start;
}"""


@dataclass(frozen=True)
class Cost:
    """Of one process: seconds of the clock and of the processor, and most memory in MiB."""

    wall: float
    cpu: float
    peak: float

    def __str__(self) -> str:
        return f"{self.wall:.1f} s wall, {self.cpu:.1f} s CPU, {self.peak:.0f} MiB at most"


def cost_of(*arguments: str) -> Cost:
    """Run a command of motionbench in a fresh process.

    Raises:
        SystemExit: It failed.
    """
    start = time.perf_counter()
    process = subprocess.Popen([*MOTIONBENCH, *arguments], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"motionbench {' '.join(arguments)} ended with {process.returncode}.")
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def size_of(folder: Path) -> tuple[int, float]:
    """Files of a folder, and their MiB."""
    sizes = [path.stat().st_size for path in folder.rglob("*") if path.is_file()]
    return len(sizes), sum(sizes) / 2**20


def filter_times(site: Path) -> list[float]:
    """Milliseconds from changing a filter of the board to the painted frame that shows it."""
    from chromium import launched

    changes = [("category", "camera"), ("kind", "scene"), ("category", ""), ("kind", "")]
    with launched() as browser:
        page = browser.new_page()
        start = time.perf_counter()
        page.goto((site / "index.html").as_uri())
        print(f"board opened in {time.perf_counter() - start:.1f} s")
        return [page.evaluate(PAINTED, changes[k % len(changes)]) for k in range(CHANGES)]


def measure(folder: Path, methods: int, cases: int) -> None:
    """Write the runs, make the table and the site, open the board; print what it took."""
    write_runs(folder, methods, cases, seed=0)
    runs, site = str(folder / "runs"), folder / "site"
    print(f"{methods} methods x {cases} cases x 3 prompts, {os.cpu_count()} cores")
    table = cost_of("leaderboard", runs, "--format", "csv", "--out", str(folder / "board.csv"))
    print(f"table: {table}")
    pages = cost_of("leaderboard", runs, "--site", str(site))
    print(f"site:  {pages}")
    print(f"both:  {table.wall + pages.wall:.1f} s wall, {table.cpu + pages.cpu:.1f} s CPU")
    count, size = size_of(site)
    board = (site / "index.html").stat().st_size / 2**20
    print(f"size:  {count} files, {size:.0f} MiB; the board's page {board:.1f} MiB")
    try:
        times = filter_times(site)
    except ImportError:
        print("filter: not measured, playwright is not installed")
        return
    print(
        f"filter: median of {CHANGES} changes {statistics.median(times):.0f} ms, "
        f"slowest {max(times):.0f} ms"
    )


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--methods", type=int, default=200, help="rows of the board")
    parser.add_argument("--cases", type=int, default=150, help="cases of the suite")
    parser.add_argument("--folder", type=Path, help="keep runs and site here (an empty folder)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.folder or Path(temporary)
        measure(folder, arguments.methods, arguments.cases)


if __name__ == "__main__":
    main()
