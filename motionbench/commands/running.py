"""Run a command line: what went wrong in a sentence, and an exit code."""

import sys

import typer

from motionbench.errors import MotionBenchError


def run(app: typer.Typer) -> None:
    """Run it and exit; errors of the package end as one line and with their own exit codes."""
    try:
        app()
    except MotionBenchError as error:
        typer.echo(f"error: {error}", err=True)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        typer.echo("interrupted; the same command continues where this one stopped", err=True)
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
