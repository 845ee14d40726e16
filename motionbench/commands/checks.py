"""``check-method`` and ``new-method``: for authors of plugins."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from motionbench.commands import options
from motionbench.commands.output import print_json, print_table
from motionbench.errors import MethodError


def check_method(
    name: Annotated[str, typer.Argument(help="The method, in any form that --method takes.")],
    settings: options.Settings = None,
    config: options.Config = None,
    device: options.Device = "cpu",
    as_json: options.AsJson = False,
) -> None:
    """Check that a method keeps the protocol; exit code 5 if it does not.

    Two small clips go through adapt and generate: shapes, frames, determinism for a seed, no writes
    outside its work folder, no global random state touched, memory returned.

    Example:

      motionbench check-method my_method.py:MyMethod
    """
    from motionbench.methods.conformance import check_method as check
    from motionbench.methods.options import parse_settings, read_options
    from motionbench.methods.registry import load_method

    from_file = {} if config is None else read_options(config)
    values = {**from_file, **parse_settings(settings or [])}
    results = check(lambda: load_method(name, options=values, device=device))
    if as_json:
        print_json([asdict(result) for result in results])
    else:
        rows = [
            {"check": r.name, "passed": "yes" if r.passed else "NO", "found": r.detail}
            for r in results
        ]
        print_table(f"{name}", rows)
    failed = [result.name for result in results if not result.passed]
    if failed:
        raise MethodError(
            f"{name} fails {len(failed)} of {len(results)} checks: {', '.join(failed)}."
        )


def new_method(
    name: Annotated[str, typer.Argument(help="Name of the method: lower case, digits, - and _.")],
    folder: Annotated[
        Path | None,
        typer.Argument(help="Where the package goes; default: ./motionbench-NAME."),
    ] = None,
) -> None:
    """Start a plugin package: a small method that works, with tests, to be replaced by yours.

    Example:

      motionbench new-method my-method && pip install --editable motionbench-my-method
    """
    from motionbench.methods.scaffold import new_method as write

    target = folder or Path(f"motionbench-{name}")
    for path in write(name, target):
        typer.echo(path)
    typer.echo(f"Next: pip install --editable {target} && motionbench check-method {name}")
