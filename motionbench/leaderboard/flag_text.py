"""Flags in words: the legend below a board."""

from collections.abc import Iterator

from motionbench.leaderboard.board import Board, Evidence, Flag
from motionbench.leaderboard.escape import plain
from motionbench.leaderboard.numbers import number


def notes_on_flags(board: Board) -> Iterator[str]:
    """A line for each flag that some row has, and one for those that could not be judged."""
    raised: dict[str, list[str]] = {}
    for row in board.rows:
        for flag in row.flags:
            raised.setdefault(f"{flag.letter}: {flag.name}", []).append(
                f"{plain(row.label)} {evidence_text(flag)}"
            )
    for head, rows in sorted(raised.items()):
        yield f"Flag {head}. {'; '.join(rows)}."
    reasons: dict[str, list[str]] = {}
    for unjudged in board.unjudged:
        reasons.setdefault(unjudged.reason, []).append(unjudged.letter)
    if reasons:
        listed = "; ".join(f"{' '.join(letters)} ({why})" for why, letters in reasons.items())
        yield f"Flags not judged: {listed}."


def evidence_text(flag: Flag) -> str:
    """The means that raised a flag, with their bounds."""
    return "(" + ", ".join(map(_one, flag.evidence)) + ")"


def _one(evidence: Evidence) -> str:
    bound = f"{evidence.side} {number(evidence.bound)}"
    if evidence.share is not None:
        return f"{evidence.metric} {bound} in {evidence.share:.0%} of {evidence.n_cases} cases"
    return f"{evidence.metric} {number(evidence.mean)}, {bound}, in {evidence.n_cases} cases"
