"""What a leaderboard is: frozen values that the renderers share. Nothing here computes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Direction = Literal["higher", "lower", "none"]
Side = Literal["at least", "at most"]
Standing = Literal["ranked", "not ranked", "control"]

UNCATEGORISED = "uncategorised"
"""Category shown for cases whose manifest names none."""


@dataclass(frozen=True)
class Cell:
    """One metric of one row, over some of the cases.

    A case enters the mean with all its prompts and seeds averaged. The four job counts add up to
    the jobs planned; a job is one (case, prompt, seed).

    Attributes:
        mean: Over cases, or None where no job has a score.
        low: Lower end of the 95 % interval; None without a mean or with a single case.
        high: Upper end.
        n_cases_ok: Cases in the mean: those with a score for at least one job.
        n_cases_planned: Cases that any row of the board was asked.
        ok: Jobs with a score.
        unscorable: Jobs for which the metric is undefined.
        failed: Jobs whose generation or scoring failed.
        missing: Jobs not generated or not scored yet.
        complete: Whether every job that some row could be scored on has a score here, and nothing
            failed or is missing: only then is the mean comparable with another row's.
    """

    mean: float | None
    low: float | None
    high: float | None
    n_cases_ok: int
    n_cases_planned: int
    ok: int
    unscorable: int
    failed: int
    missing: int
    complete: bool

    @property
    def n_jobs_planned(self) -> int:
        """Jobs that any row of the board was asked, for these cases."""
        return self.ok + self.unscorable + self.failed + self.missing

    @property
    def coverage(self) -> float:
        """Share of the planned jobs that have a score, 0 to 1."""
        return self.ok / self.n_jobs_planned

    @property
    def gaps(self) -> str:
        """Why jobs have no score, such as ``"2 failed, 1 missing"``; empty when all have one."""
        counts = {
            "failed": self.failed,
            "missing": self.missing,
            "unscorable": self.unscorable,
        }
        return ", ".join(f"{count} {status}" for status, count in counts.items() if count)


@dataclass(frozen=True)
class Column:
    """A metric as the board shows it.

    Attributes:
        metric: Its name in the catalogue.
        direction: Which way is better.
        unit: Of the values; empty for pure numbers.
        low: Least possible value, or None.
        high: Greatest possible value, or None.
        unscorable_everywhere: Jobs that were unscorable for every row that got so far. They are in
            no mean, and keep no row from being complete.
        ties: Controls that the best method does not beat; empty where all are beaten, and where
            there is nothing to compare.
    """

    metric: str
    direction: Direction
    unit: str
    low: float | None
    high: float | None
    unscorable_everywhere: int
    ties: tuple["Tie", ...]


@dataclass(frozen=True)
class Tie:
    """A control that does as well as the best method, or cannot be told from it.

    Attributes:
        control: Label of the control's row.
        best: Label of the best method among the complete rows.
        control_mean: Over the common cases.
        best_mean: Over the common cases.
        pvalue: Of the paired test, Holm-corrected over the controls of this metric.
        n_cases: Common cases.
        behind: Whether the control's mean is the worse one, though not significantly.
    """

    control: str
    best: str
    control_mean: float
    best_mean: float
    pvalue: float
    n_cases: int
    behind: bool


@dataclass(frozen=True)
class Evidence:
    """Scores that lie where a flag is raised: their mean, or enough of them one by one.

    Attributes:
        metric: Its name in the catalogue.
        mean: Over the cases that count for the flag.
        side: On which side of the bound the flag is raised.
        bound: What the scores are held against.
        n_cases: Cases that count.
        share: Of the cases on that side, where that is what raised the flag; None where it was the
            mean.
    """

    metric: str
    mean: float
    side: Side
    bound: float
    n_cases: int
    share: float | None


@dataclass(frozen=True)
class Flag:
    """Something to know before a row's scores are believed.

    Attributes:
        letter: In tables.
        name: What is the matter, a few words.
        evidence: All of it was needed.
    """

    letter: str
    name: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True)
class UnjudgedFlag:
    """A flag that no row of the board could get.

    Attributes:
        letter: In tables.
        name: As of ``Flag``.
        reason: What is lacking.
    """

    letter: str
    name: str
    reason: str


@dataclass(frozen=True)
class Row:
    """One run.

    Attributes:
        run: Path of the run folder.
        method: Name of the method.
        version: Of the method.
        label: The method's name, with the run's last part where one method has several runs.
        control: Whether the row bounds the metrics instead of competing.
        tier: Rank tier from 1, or None for controls and incomplete rows.
        unranked: Why there is no tier; empty where there is one, and for controls.
        pvalue_to_leader: Corrected p-value against the best row of its tier, or of the tier above
            for a row that opened its own; None for the first row and where there is no tier.
        cases_to_leader: Cases that would separate the row from the best row of its tier (80 % power
            after the correction over all pairs); None for that best row, where there is no tier,
            and where it cannot be told.
        cells: One for each column, by metric.
        categories: Cells of the ranking metric, by category.
        macro: The ranking metric with every category weighing the same; None where all categories
            have as many cases, so that it would repeat the mean.
        flags: What its scores may come from instead; they change no rank.
    """

    run: str
    method: str
    version: str
    label: str
    control: bool
    tier: int | None
    unranked: str
    pvalue_to_leader: float | None
    cases_to_leader: int | None
    cells: Mapping[str, Cell]
    categories: Mapping[str, Cell]
    macro: Cell | None
    flags: tuple[Flag, ...]

    @property
    def standing(self) -> Standing:
        """Which of the board's three parts the row is in."""
        if self.control:
            return "control"
        return "ranked" if self.tier is not None else "not ranked"


@dataclass(frozen=True)
class Board:
    """A leaderboard: one suite, one ruler, rows in order.

    Attributes:
        suite: Name.
        suite_version: Version of the manifest.
        suite_sha256: Hash of what the suite asks.
        ruler: Name and fingerprint of what measured.
        rank_by: Metric that orders the rows.
        n_cases: Cases that any row was asked.
        n_jobs: Jobs that any row was asked: the denominator of coverage.
        categories: Categories present, with their number of cases.
        columns: Every metric that was scored, in the catalogue's order.
        shown: Metrics that text tables show, the ranking metric first.
        rows: Ranked rows best first, then unranked ones, then controls.
        unjudged: Flags that no row could get, for want of something to judge them by.
    """

    suite: str
    suite_version: str
    suite_sha256: str
    ruler: str
    rank_by: str
    n_cases: int
    n_jobs: int
    categories: Mapping[str, int]
    columns: tuple[Column, ...]
    shown: tuple[str, ...]
    rows: tuple[Row, ...]
    unjudged: tuple[UnjudgedFlag, ...]

    def column(self, metric: str) -> Column:
        """The column of that metric."""
        return next(column for column in self.columns if column.metric == metric)
