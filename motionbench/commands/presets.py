"""``--preset``: a published protocol fills in what the command line leaves open."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import typer


@dataclass(frozen=True)
class Protocol:
    """What a command measures by.

    Attributes:
        seeds: As after ``--seeds``; None if nothing was said.
        ruler: Name of the ruler.
        overrides: Fields of the ruler that differ from its defaults.
    """

    seeds: str | None
    ruler: str
    overrides: Mapping[str, Any] = field(default_factory=dict)


def choose_protocol(preset: str | None, *, seeds: str | None, ruler: str) -> Protocol:
    """The command line's own values where it has any, else those of the preset.

    Says on standard error where the preset comes from, what was chosen otherwise, and what nobody
    published.

    Args:
        preset: A name, or None.
        seeds: ``--seeds``, None if not given.
        ruler: ``--ruler``; ``auto`` counts as not given.

    Raises:
        UnknownNameError: No such preset.
    """
    if preset is None:
        return Protocol(seeds, ruler)
    from motionbench.suites.presets import get_preset

    chosen = get_preset(preset)
    own_seeds = ",".join(map(str, chosen.seeds))
    protocol = Protocol(
        seeds=own_seeds if seeds is None else seeds,
        ruler=chosen.ruler if ruler == "auto" else ruler,
        overrides=chosen.overrides,
    )
    lines = [f"preset {preset}: {chosen.source}", f"  clips and prompts: {chosen.footage}"]
    settings = ", ".join(f"{key} {value}" for key, value in chosen.overrides.items())
    lines.append(f"  here: ruler {protocol.ruler} ({settings}), seeds {protocol.seeds}")
    if (protocol.seeds, protocol.ruler) != (own_seeds, chosen.ruler):
        lines.append(f"  instead of: ruler {chosen.ruler}, seeds {own_seeds}")
    lines.append(f"  its table: motionbench leaderboard --metrics {','.join(chosen.metrics)}")
    lines += [f"  not public: {text}" for text in chosen.unknown]
    typer.echo("\n".join(lines), err=True)
    return protocol
