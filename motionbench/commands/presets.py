"""``--preset``: a published protocol fills in what the command line leaves open."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import typer


@dataclass(frozen=True)
class Protocol:
    """What a command measures by.

    Attributes:
        seeds: None if nothing was said.
        ruler: Name of the ruler.
        overrides: Fields of the ruler that differ from its defaults.
    """

    seeds: tuple[int, ...] | None
    ruler: str
    overrides: Mapping[str, Any] = field(default_factory=dict)


def choose_protocol(
    preset: str | None, *, ruler: str, seeds: tuple[int, ...] | None = None, generates: bool = True
) -> Protocol:
    """The command line's own values where it has any, else those of the preset.

    Says on standard error where the preset comes from, what was chosen otherwise, and what nobody
    published.

    Args:
        preset: A name, or None.
        ruler: ``--ruler``; ``auto`` counts as not given.
        seeds: ``--seeds``, or those of finished videos; None if not given.
        generates: Whether clips are made, so that seeds matter.

    Raises:
        UnknownNameError: No such preset.
    """
    if preset is None:
        return Protocol(seeds, ruler)
    from motionbench.suites.presets import get_preset

    chosen = get_preset(preset)
    protocol = Protocol(
        seeds=chosen.seeds if seeds is None else seeds,
        ruler=chosen.ruler if ruler == "auto" else ruler,
        overrides=chosen.overrides,
    )
    lines = [f"preset {preset}: {chosen.source}", f"  clips and prompts: {chosen.footage}"]
    settings = ", ".join(f"{key} {value}" for key, value in chosen.overrides.items())
    here, own = [f"ruler {protocol.ruler} ({settings})"], [f"ruler {chosen.ruler} ({settings})"]
    if generates:
        here.append(_seeds_text(protocol.seeds))
        own.append(_seeds_text(chosen.seeds))
    lines.append(f"  here: {', '.join(here)}")
    if here != own:
        lines.append(f"  instead of: {', '.join(own)}")
    lines.append(f"  its table: motionbench leaderboard --metrics {','.join(chosen.metrics)}")
    lines += [f"  not public: {text}" for text in chosen.unknown]
    typer.echo("\n".join(lines), err=True)
    return protocol


def _seeds_text(seeds: tuple[int, ...] | None) -> str:
    return f"seeds {','.join(map(str, seeds or ()))}"
