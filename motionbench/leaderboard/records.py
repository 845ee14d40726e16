"""From the long table of records to one dense block of scores; what must not mix is refused."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float64, Int8, Int64

from motionbench.errors import LeaderboardError
from motionbench.leaderboard.board import UNCATEGORISED

OK, UNSCORABLE, FAILED, MISSING = range(4)
STATUSES = ("ok", "unscorable", "failed", "missing")

_RUNS_NAMED = 4
"""Runs that an error names for each suite or ruler before it only counts them."""

_SHORTEST_HASH = 6
"""Digits of a suite's hash that are enough to name it."""


@dataclass(frozen=True)
class RunKey:
    """What a row of the board is about; ``options`` are the method's, as JSON."""

    run: str
    method: str
    version: str
    control: bool
    options: str = "{}"


@dataclass(frozen=True)
class Scope:
    """What all rows of a board share."""

    suite: str
    suite_version: str
    suite_sha256: str
    ruler: str


@dataclass(frozen=True, eq=False)
class ScoreGrid:
    """All scores of a board. Axes: R runs, J jobs, M metrics, P prompts of cases, C cases.

    Jobs are the union over all runs, sorted by case, prompt and seed: what one run was asked and
    another was not is missing from the other.

    Attributes:
        scope: Suite and ruler.
        runs: ``R`` of them.
        metrics: ``M`` names.
        cases: ``C`` ids.
        categories: ``C`` names.
        status: ``(R, J, M)``, an index into ``STATUSES``.
        value: ``(R, J, M)``, NaN unless the status is ok.
        asked: ``(R, J)``, whether the job was planned in that run.
        prompt_of_job: ``(J,)``, ascending.
        case_of_prompt: ``(P,)``, ascending.
        kinds: ``P`` kinds of prompts.
    """

    scope: Scope
    runs: tuple[RunKey, ...]
    metrics: tuple[str, ...]
    cases: tuple[str, ...]
    categories: tuple[str, ...]
    status: Int8[np.ndarray, "r j m"]
    value: Float64[np.ndarray, "r j m"]
    asked: Bool[np.ndarray, "r j"]
    prompt_of_job: Int64[np.ndarray, " j"]
    case_of_prompt: Int64[np.ndarray, " p"]
    kinds: tuple[str, ...]

    @property
    def case_of_job(self) -> Int64[np.ndarray, " _j"]:
        """``(J,)`` index into ``cases``."""
        case_of_job: np.ndarray = self.case_of_prompt[self.prompt_of_job]
        return case_of_job

    @cached_property
    def scorable(self) -> Bool[np.ndarray, "_j _m"]:
        """``(J, M)``: at least one run has a score, so the metric is defined for that job."""
        scorable: np.ndarray = (self.status == OK).any(axis=0)
        return scorable

    @cached_property
    def prompt_values(self) -> Float64[np.ndarray, "_r _p _m"]:
        """``(R, P, M)``: seeds averaged; NaN where no job has a score."""
        return group_means(self.value, self.prompt_of_job)

    @cached_property
    def case_values(self) -> Float64[np.ndarray, "_r _c _m"]:
        """``(R, C, M)``: seeds averaged, then prompts; NaN where no job has a score."""
        return group_means(self.prompt_values, self.case_of_prompt)

    def case_values_on(self, metric: str, kinds: Collection[str]) -> Float64[np.ndarray, "_r _c"]:
        """``(R, C)``: as ``case_values``, over prompts of some kinds, of the cases that have any.

        Args:
            metric: Which of them.
            kinds: Of prompts.
        """
        chosen = np.array([kind in kinds for kind in self.kinds])
        values = self.prompt_values[:, chosen, self.metrics.index(metric), None]
        return group_means(values, self.case_of_prompt[chosen])[..., 0]

    def common_cases(
        self, a: int, b: int, metric: str
    ) -> tuple[Float64[np.ndarray, " _n"], Float64[np.ndarray, " _n"], Int64[np.ndarray, " _n"]]:
        """Values of runs ``a`` and ``b`` on the cases they share, and the indices of those cases.

        Only prompts that both have count, so that a case where one run lacks a prompt is still
        compared like with like.
        """
        pair = self.prompt_values[[a, b], :, self.metrics.index(metric)]
        pair[:, ~np.isfinite(pair).all(axis=0)] = np.nan
        first, second = group_means(pair[..., None], self.case_of_prompt)[..., 0]
        cases = np.flatnonzero(np.isfinite(first))
        return first[cases], second[cases], cases


def group_means(
    values: Float64[np.ndarray, "_r j _m"], groups: Int64[np.ndarray, " j"]
) -> Float64[np.ndarray, "_r _g _m"]:
    """Mean over neighbours of one group (ascending along axis 1), leaving out NaN."""
    starts = np.flatnonzero(np.diff(groups, prepend=-1))
    counts = np.add.reduceat(np.isfinite(values), starts, axis=1, dtype=np.float64)
    sums = np.add.reduceat(np.nan_to_num(values, nan=0.0), starts, axis=1)
    counts[counts == 0] = np.nan
    means: np.ndarray = sums / counts
    return means


def read_grid(
    table: pd.DataFrame, *, suite: str | None = None, ruler: str | None = None
) -> ScoreGrid:
    """Arrange the records of one suite and one ruler.

    Args:
        table: Long form, as ``motionbench.store.table.read_table`` returns it.
        suite: Keeps the runs of that suite: its name, ``name@version``, or at least the first six
            digits of its hash.
        ruler: Keeps the scores of that ruler: its name, or name and fingerprint.

    Raises:
        LeaderboardError: Nothing to show, suites or rulers that must not be mixed, or records that
            contradict each other, or are against different references of one case.
    """
    if table.empty:
        raise LeaderboardError(
            "There is nothing to show: the given folders hold no runs. Make one with "
            "`motionbench eval --method copy`, or name the folder that holds yours."
        )
    table, scope = _select(table, suite, ruler)
    _refuse_other_references(table)
    run_of_row, runs = _number(table, ["run"])
    job_of_row, jobs = _number(table, ["case", "prompt_id", "seed"])
    metric_of_row, metrics = pd.factorize(table["metric"], sort=True)
    shape = (len(runs), len(jobs), len(metrics))
    place = np.ravel_multi_index((run_of_row, job_of_row, metric_of_row), shape)
    _refuse_repeats(table, place, int(np.prod(shape)))
    prompt_of_job, prompts = _number(table.loc[jobs], ["case", "prompt_id"])
    case_of_prompt, cases = _number(table.loc[prompts], ["case"])
    status, value = _scores(table, place, shape)
    asked = np.zeros(shape[:2], dtype=bool)
    asked[run_of_row, job_of_row] = True
    return ScoreGrid(
        scope=scope,
        runs=tuple(
            RunKey(
                str(row.run), str(row.method), str(row.version), bool(row.control), str(row.options)
            )
            for row in table.loc[
                runs, ["run", "method", "version", "control", "options"]
            ].itertuples()
        ),
        metrics=tuple(map(str, metrics)),
        cases=tuple(map(str, table.loc[cases, "case"])),
        categories=tuple(
            UNCATEGORISED if pd.isna(name) else str(name) for name in table.loc[cases, "category"]
        ),
        status=status,
        value=value,
        asked=asked,
        prompt_of_job=prompt_of_job,
        case_of_prompt=case_of_prompt,
        kinds=tuple(map(str, table.loc[prompts, "kind"])),
    )


def _number(
    table: pd.DataFrame, columns: Sequence[str]
) -> tuple[Int64[np.ndarray, " _n"], pd.Index]:
    """Each row's place among the distinct keys in sorted order, and one row label for each key."""
    codes = [pd.factorize(table[column], sort=True)[0] for column in columns]
    key = np.zeros(len(table), dtype=np.int64)
    for code in codes:
        key = key * (int(code.max()) + 1) + code
    _, first, number = np.unique(key, return_index=True, return_inverse=True)
    return number.astype(np.int64), table.index[first]


def _scores(
    table: pd.DataFrame, place: np.ndarray, shape: tuple[int, int, int]
) -> tuple[Int8[np.ndarray, "_r _j _m"], Float64[np.ndarray, "_r _j _m"]]:
    place_of_row, names = pd.factorize(table["status"])
    # The last entry serves rows without any status, which factorize counts as -1.
    known = [STATUSES.index(name) if name in STATUSES else -1 for name in names]
    codes = np.array([*known, -1], dtype=np.int8)[place_of_row]
    values = table["value"].to_numpy(dtype=np.float64, na_value=np.nan)
    wrong = (codes < 0) | ((codes == OK) & ~np.isfinite(values))
    if wrong.any():
        row = table.iloc[int(np.flatnonzero(wrong)[0])]
        raise LeaderboardError(
            f"The record of {row['metric']!r} for case {row['case']!r} in {row['run']} has status "
            f"{row['status']!r} and value {row['value']!r}; a score is ok with a finite value, "
            f"{', '.join(STATUSES[1:-1])} or missing. Score that run again."
        )
    status = np.full(shape, MISSING, dtype=np.int8)
    value = np.full(shape, np.nan)
    status.flat[place] = codes
    value.flat[place] = np.where(codes == OK, values, np.nan)
    return status, value


def _refuse_repeats(table: pd.DataFrame, place: np.ndarray, size: int) -> None:
    repeated = np.flatnonzero(np.bincount(place, minlength=size)[place] > 1)
    if repeated.size:
        row = table.iloc[int(repeated[0])]
        raise LeaderboardError(
            f"{row['run']} holds more than one record of {row['metric']!r} for case "
            f"{row['case']!r}, prompt {row['prompt_id']!r}, seed {row['seed']}. Name each run once."
        )


def _refuse_other_references(table: pd.DataFrame) -> None:
    columns = ["case", "reference_sha256", "run"]
    known = table[columns].dropna().drop_duplicates(columns[:2])
    differing = known[known.duplicated("case", keep=False)].sort_values(columns)
    if differing.empty:
        return
    case = differing["case"].iloc[0]
    seen = differing[differing["case"] == case].itertuples()
    named = ", ".join(f"{str(row.reference_sha256)[:12]} in {row.run}" for row in seen)
    raise LeaderboardError(
        f"{differing['case'].nunique()} cases were scored against different references, which "
        f"cannot share a board: {case!r} has {named}. Make and score these runs on the same "
        "footage; `motionbench suite import` writes the hashes that make sure of it."
    )


def _select(
    table: pd.DataFrame, suite: str | None, ruler: str | None
) -> tuple[pd.DataFrame, Scope]:
    """The rows of one suite and one ruler, with a fresh index."""
    # One line for each run, ruler and "has it measured anything": all questions of scope are asked
    # of these few.
    columns = ["run", "suite", "suite_version", "suite_sha256", "ruler"]
    measured = table["status"].isin([STATUSES[OK], STATUSES[UNSCORABLE]])
    heads = table[columns].assign(measured=measured).drop_duplicates(["run", "ruler", "measured"])
    heads = heads.astype(dict.fromkeys(columns, object))
    heads["name"] = heads["suite"] + "@" + heads["suite_version"].astype(str)
    heads["version"] = heads["name"] + " (" + heads["suite_sha256"].str[:12] + ")"
    heads = _of_suite(heads, suite)
    _refuse_mix(heads, "suite", "version", "--suite NAME@VERSION, or the hash")
    heads = _of_ruler(heads, ruler)
    if not heads["measured"].any():
        raise LeaderboardError("No run has scores yet. Make them with `motionbench score RUN`.")
    _refuse_mix(heads[heads["measured"]], "ruler", "ruler", "--ruler NAME, or its fingerprint too")
    first = heads[heads["measured"]].iloc[0]
    kept = table["run"].isin(heads["run"]) & (table["ruler"] == first["ruler"])
    return table[kept].reset_index(drop=True), Scope(
        str(first["suite"]),
        str(first["suite_version"]),
        str(first["suite_sha256"]),
        str(first["ruler"]),
    )


def _of_suite(heads: pd.DataFrame, wanted: str | None) -> pd.DataFrame:
    if wanted is None:
        return heads
    matches = (heads["suite"] == wanted) | (heads["name"] == wanted)
    if len(wanted) >= _SHORTEST_HASH:
        matches |= heads["suite_sha256"].str.startswith(wanted)
    return _matching(heads, matches, "suite", "version", wanted)


def _of_ruler(heads: pd.DataFrame, wanted: str | None) -> pd.DataFrame:
    if wanted is None:
        return heads
    matches = (heads["ruler"] == wanted) | (heads["ruler"].str.rpartition("-")[0] == wanted)
    return _matching(heads, matches, "ruler", "ruler", wanted)


def _matching(
    heads: pd.DataFrame, matches: "pd.Series[bool]", what: str, column: str, wanted: str
) -> pd.DataFrame:
    if not matches.any():
        known = ", ".join(sorted(heads[column].unique()))
        raise LeaderboardError(f"No run has {what} {wanted!r}. The given runs have: {known}.")
    return heads[matches]


def _refuse_mix(heads: pd.DataFrame, what: str, column: str, choose: str) -> None:
    groups = {str(value): sorted(set(runs)) for value, runs in heads.groupby(column)["run"]}
    if len(groups) > 1:
        listing = "; ".join(f"{value}: {_some(runs)}" for value, runs in sorted(groups.items()))
        raise LeaderboardError(
            f"Numbers of more than one {what} are not comparable and cannot share a board. "
            f"{listing}. Choose one with {choose}."
        )


def _some(runs: list[str]) -> str:
    more = len(runs) - _RUNS_NAMED
    return ", ".join(runs[:_RUNS_NAMED]) + (f" and {more} more" if more > 0 else "")
