"""The command line ``effivmt``."""

import sys

import typer

from effivmt_adapter.heads import heads
from motionbench.errors import MotionBenchError

app = typer.Typer(
    name="effivmt",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("heads")(heads)


@app.callback()
def effivmt() -> None:
    """Look into EffiVMT. To run it: motionbench eval --method effivmt."""


def main() -> None:
    """Run the command line and exit, with the exit codes of ``motionbench``."""
    try:
        app()
    except MotionBenchError as error:
        typer.echo(f"error: {error}", err=True)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        typer.echo("interrupted", err=True)
        sys.exit(130)
