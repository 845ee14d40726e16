"""``list``: what there is to choose from."""

from collections.abc import Callable
from dataclasses import asdict
from enum import Enum
from typing import Annotated, Any

import typer

from motionbench.commands import options
from motionbench.commands.output import print_json, print_table
from motionbench.errors import MotionBenchError, UsageError


class Things(str, Enum):
    """What can be listed."""

    methods = "methods"
    suites = "suites"
    metrics = "metrics"
    trackers = "trackers"
    embedders = "embedders"
    options = "options"


def list_things(
    what: Annotated[
        Things | None, typer.Argument(help="One kind only; default: all but options.")
    ] = None,
    method: Annotated[
        str | None, typer.Option("--method", "-m", help="Whose options; as for `motionbench eval`.")
    ] = None,
    as_json: options.AsJson = False,
) -> None:
    """List methods, suites, metrics, trackers, embedders, or the options of a method.

    Examples:

      motionbench list methods

      motionbench list options --method effivmt
    """
    if (what is Things.options) != (method is not None):
        raise UsageError("`list options` and --method NAME go together: give both or neither.")
    if method is not None:
        chosen = {Things.options: _options(method)}
    else:
        chosen = {kind: LISTS[kind]() for kind in ([what] if what else LISTS)}
    if as_json:
        print_json({kind.value: rows for kind, rows in chosen.items()})
        return
    for kind, rows in chosen.items():
        print_table(kind.value, rows)
        typer.echo()


def _methods() -> list[dict[str, Any]]:
    from motionbench.methods.registry import list_methods, load_card

    rows = []
    for entry in list_methods():
        try:
            summary = load_card(entry.name).summary
        except MotionBenchError as error:
            summary = f"cannot be loaded: {error}"
        package = f"{entry.distribution} {entry.version}"
        rows.append({"name": entry.name, "summary": summary, "package": package})
    return rows


def _suites() -> list[dict[str, Any]]:
    from motionbench.manifest import list_suites

    return [{"name": name, "description": text} for name, text in list_suites()]


def _metrics() -> list[dict[str, Any]]:
    from motionbench.metrics.catalog import METRICS

    return [
        {
            "name": spec.name,
            "version": spec.version,
            "better": spec.direction,
            "range": _range(spec.low, spec.high),
            "summary": spec.summary,
            "paper": spec.paper,
        }
        for spec in METRICS.values()
    ]


def _range(low: float | None, high: float | None) -> str:
    ends = ["" if end is None else f"{end:g}" for end in (low, high)]
    return " to ".join(ends) if any(ends) else "any"


def _trackers() -> list[dict[str, Any]]:
    from motionbench.trackers import TRACKERS

    return [{"name": name, "summary": _first_line(load())} for name, load in TRACKERS.items()]


def _options(method: str) -> list[dict[str, Any]]:
    from motionbench.methods.registry import load_options

    return [asdict(option) for option in load_options(method)]


def _first_line(thing: type) -> str:
    return (thing.__doc__ or "").strip().splitlines()[0]


def _embedders() -> list[dict[str, Any]]:
    from motionbench.embedders import EMBEDDERS

    return [{"name": name, "summary": summary} for name, summary in EMBEDDERS.items()]


LISTS: dict[Things, Callable[[], list[dict[str, Any]]]] = {
    Things.methods: _methods,
    Things.suites: _suites,
    Things.metrics: _metrics,
    Things.trackers: _trackers,
    Things.embedders: _embedders,
}
