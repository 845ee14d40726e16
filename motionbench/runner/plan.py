"""What is to be made: which cases, prompts and seeds of a suite."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from motionbench.cases import CATEGORIES, Case, Prompt, Suite
from motionbench.errors import UnknownNameError, UsageError
from motionbench.store.records import PlannedJob


@dataclass(frozen=True)
class Selection:
    """A part of a suite; empty means all.

    Attributes:
        categories: Categories to keep.
        cases: Ids of cases to keep.
        prompts: Ids or kinds of prompts to keep.
        limit: At most so many cases, taken in turn from each category, so that a small number
            still sees every kind of motion.
    """

    categories: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()
    prompts: tuple[str, ...] = ()
    limit: int | None = None


def select_cases(suite: Suite, selection: Selection) -> list[Case]:
    """The selected cases, in the suite's order.

    Raises:
        UnknownNameError: A category or case does not exist.
        UsageError: ``limit`` is below 1, or nothing is left.
    """
    _check_known("category", selection.categories, CATEGORIES)
    _check_known(f"case of suite {suite.name}", selection.cases, [case.id for case in suite.cases])
    if selection.limit is not None and selection.limit < 1:
        raise UsageError(f"limit is {selection.limit}: it must be 1 or more.")
    kept = [
        case
        for case in suite.cases
        if (not selection.categories or case.category in selection.categories)
        and (not selection.cases or case.id in selection.cases)
    ]
    if not kept:
        raise UsageError(
            f"No case of suite {suite.name} is among {', '.join(selection.cases) or 'all cases'} "
            f"and of category {' or '.join(selection.categories) or 'any'}."
        )
    return kept if selection.limit is None else _in_turn(kept, selection.limit)


def select_prompts(case: Case, wanted: Sequence[str]) -> tuple[Prompt, ...]:
    """The prompts of a case whose id or kind is wanted; all if nothing is."""
    return tuple(
        prompt
        for prompt in case.prompts
        if not wanted or prompt.id in wanted or prompt.kind in wanted
    )


def plan_jobs(suite: Suite, selection: Selection, seeds: Sequence[int]) -> list[PlannedJob]:
    """Every job of a selection: case by case, seed by seed, prompt by prompt.

    Raises:
        UnknownNameError: A category, case or prompt does not exist.
        UsageError: No or a negative seed, a wrong limit, or nothing is left.
    """
    if not seeds or min(seeds) < 0:
        raise UsageError(f"seeds are {list(seeds)}: give at least one, each 0 or more.")
    prompts = [prompt for case in suite.cases for prompt in case.prompts]
    _check_known(
        f"prompt of suite {suite.name}",
        selection.prompts,
        {prompt.id for prompt in prompts} | {prompt.kind for prompt in prompts},
    )
    jobs = [
        PlannedJob(case.id, case.category, prompt.id, prompt.kind, seed)
        for case in select_cases(suite, selection)
        for seed in dict.fromkeys(seeds)
        for prompt in select_prompts(case, selection.prompts)
    ]
    if not jobs:
        raise UsageError(
            f"None of the selected cases has a prompt {' or '.join(selection.prompts)}."
        )
    return jobs


def _check_known(kind: str, wanted: Iterable[str], known: Iterable[str]) -> None:
    """Refuse names that do not exist."""
    known = set(known)
    for name in wanted:
        if name not in known:
            raise UnknownNameError(kind, name, known)


def _in_turn(cases: Sequence[Case], limit: int) -> list[Case]:
    """``limit`` cases, the first of each category before the second of any, in the given order."""
    seen: Counter[str | None] = Counter()
    rounds = []
    for case in cases:
        rounds.append(seen[case.category])
        seen[case.category] += 1
    chosen = sorted(range(len(cases)), key=lambda index: rounds[index])[:limit]
    return [cases[index] for index in sorted(chosen)]
