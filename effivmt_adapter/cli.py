"""The command line ``effivmt``."""

import typer

from effivmt_adapter.heads import heads
from motionbench.commands.running import run

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
    run(app)
