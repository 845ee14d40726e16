"""Tables of scores as the store gives them, made by hand."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pandas as pd

from motionbench.cases import PROMPT_KINDS

COLUMNS = [
    "run", "method", "version", "options", "control", "suite", "suite_version", "suite_sha256",
    "ruler", "case", "category", "prompt_id", "kind", "seed", "metric", "status", "value", "reason",
    "reference_sha256",
]  # fmt: skip

Outcome = float | str
"""A value, or a status that goes without one."""


def outcome_columns(outcome: Outcome) -> dict[str, Any]:
    if isinstance(outcome, str):
        return {"status": outcome, "value": float("nan"), "reason": "made up"}
    return {"status": "ok", "value": float(outcome), "reason": ""}


def run_rows(
    method: str,
    score: Callable[[str, int, str, int], Outcome],
    *,
    cases: Mapping[str, str | None],
    metrics: Iterable[str] = ("motion_fidelity",),
    prompts: Iterable[str] = ("caption",),
    seeds: Iterable[int] = (0,),
    control: bool = False,
    suite: tuple[str, str, str] = ("scenes", "1", "a" * 64),
    ruler: str = "embedded-0123456789ab",
    run: str | None = None,
    options: str = "{}",
    reference: str | None = None,
) -> list[dict[str, Any]]:
    """Rows of one run; ``score(metric, place of the case, prompt, seed)`` gives each outcome.

    A prompt called like a kind is of that kind; others are captions.
    """
    name, version, sha256 = suite
    return [
        {
            "run": run or f"runs/{method}--{name}--{len(method):08x}",
            "method": method,
            "version": "1.0",
            "options": options,
            "control": control,
            "suite": name,
            "suite_version": version,
            "suite_sha256": sha256,
            "ruler": ruler,
            "case": case,
            "category": category,
            "prompt_id": prompt,
            "kind": prompt if prompt in PROMPT_KINDS else "caption",
            "seed": seed,
            "metric": metric,
            "reference_sha256": reference,
            **outcome_columns(score(metric, place, prompt, seed)),
        }
        for place, (case, category) in enumerate(cases.items())
        for prompt in prompts
        for seed in seeds
        for metric in metrics
    ]


def table_of(*runs: list[dict[str, Any]]) -> pd.DataFrame:
    return pd.DataFrame([row for rows in runs for row in rows], columns=COLUMNS)


def cases_of(*categories: str | None, each: int = 3) -> dict[str, str | None]:
    """``each`` cases of every category, ids in order."""
    return {
        f"{place:02d}-{name or 'none'}-{k}": name
        for place, name in enumerate(categories)
        for k in range(each)
    }
