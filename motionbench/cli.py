"""The command line: which commands there are, and what an error does to the exit code."""

import typer

from motionbench.commands import (
    audit,
    boards,
    checks,
    evaluation,
    listing,
    scoring,
    showing,
    submitting,
    suites,
    weights,
)
from motionbench.commands.running import run

EXIT_CODES = (
    "Exit codes: 0 done; 2 wrong argument; 3 wrong manifest or pairs file; 4 unreadable or "
    "incomparable video; 5 a method failed or broke the protocol; 6 weights or footage are "
    "missing; 7 a run folder cannot be used (locked, full disk, other settings); 8 no board can be "
    "made; 9 --fail-on-error was given and a case failed; 10 a submission is refused; "
    "130 interrupted (the same command continues)."
)

app = typer.Typer(
    name="motionbench",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=EXIT_CODES,
    help=(
        "A benchmark for video motion transfer.\n\n"
        "A method gets a reference clip and a prompt, and makes a clip that moves the same way and "
        "shows what the prompt says. MotionBench runs it on a suite of cases, scores the stored "
        "clips with a ruler (point tracks and CLIP), and prints a leaderboard.\n\n"
        "Start with:  motionbench eval --method copy --limit 4  and then  "
        "motionbench leaderboard"
    ),
)
app.command("eval")(evaluation.evaluate)
app.command("generate")(evaluation.generate)
app.command("score")(scoring.score)
app.command("leaderboard")(boards.leaderboard)
app.command("compare")(boards.compare)
app.command("audit")(audit.audit)
app.command("submit")(submitting.submit)
app.command("verify")(submitting.verify)
app.command("list")(listing.list_things)
app.command("show")(showing.show)
app.command("check-method")(checks.check_method)
app.command("new-method")(checks.new_method)
app.add_typer(suites.app, name="suite")
app.command("fetch")(weights.fetch)
app.command("doctor")(weights.doctor)


def main() -> None:
    """Run the command line and exit."""
    run(app)
