"""What ``run.json`` says: who made a run, of what, with which settings, on which machine."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from motionbench.cases import Suite
from motionbench.manifest import load_suite


def now() -> str:
    """The present instant, UTC, ISO 8601, whole seconds."""
    return datetime.now(timezone.utc).isoformat(timespec="seconds")


@dataclass(frozen=True)
class RunSettings:
    """What makes results belong together: two runs that differ here are two rows.

    Seeds, cases and prompts are left out, so that asking for more of them continues a run.

    Attributes:
        method: Display name.
        version: The method's version.
        options: All of the method's options, resolved.
        suite: Name.
        suite_version: The manifest's version.
        suite_sha256: Hash of what the suite asks.
        lossless: How clips are stored.
        identity: Hashes of what else decides the clips: weights, a mapping file.
    """

    method: str
    version: str
    options: dict[str, Any]
    suite: str
    suite_version: str
    suite_sha256: str
    lossless: bool = False
    identity: dict[str, Any] = field(default_factory=dict)

    def digest(self) -> str:
        """Hash of all of the above, 64 hex digits."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()

    def folder_name(self) -> str:
        """Name of the run's folder."""
        return f"{slug(self.method)}--{slug(self.suite)}--{self.digest()[:8]}"


@dataclass(frozen=True)
class SuiteSource:
    """Where a suite was loaded from.

    Attributes:
        manifest: A built-in name, or the absolute path of a manifest.
        root: Where the suite's files are, if not where the manifest says.
    """

    manifest: str
    root: str | None = None

    def load(self) -> Suite:
        """The suite as it is there now.

        Raises:
            UnknownNameError: No built-in suite of that name.
            ManifestError: The manifest is wrong.
        """
        return load_suite(self.manifest, root=None if self.root is None else Path(self.root))


@dataclass(frozen=True)
class RunInfo:
    """The content of ``run.json``.

    Attributes:
        settings: What makes the run this run.
        settings_sha256: Their hash.
        card: The method's card.
        reference: How the method was loaded.
        device: The torch device asked for.
        suite_source: Where the suite came from.
        seeds: All seeds ever planned.
        created: When, UTC, ISO 8601.
        updated: When a command last wrote to the run.
        environments: Distinct surroundings: packages, code, hardware.
        sessions: Commands that wrote to the run: ``started``, ``command``, ``environment`` (index).
        format: Version of this layout.
    """

    settings: RunSettings
    settings_sha256: str
    card: dict[str, Any]
    reference: str
    device: str
    suite_source: SuiteSource
    seeds: list[int]
    created: str
    updated: str
    environments: list[dict[str, Any]]
    sessions: list[dict[str, Any]]
    format: int = 1

    @classmethod
    def start(
        cls,
        settings: RunSettings,
        *,
        card: Mapping[str, Any],
        reference: str,
        device: str,
        suite_source: SuiteSource,
    ) -> "RunInfo":
        """The description of a run that nothing was written to yet."""
        instant = now()
        return cls(
            settings=settings,
            settings_sha256=settings.digest(),
            card=dict(card),
            reference=reference,
            device=device,
            suite_source=suite_source,
            seeds=[],
            created=instant,
            updated=instant,
            environments=[],
            sessions=[],
        )

    def with_session(
        self, command: Iterable[str], seeds: Iterable[int], environment: dict[str, Any]
    ) -> "RunInfo":
        """The same run after one more command, started now."""
        known = self.environments
        environments = known if environment in known else [*known, environment]
        instant = now()
        session = {
            "started": instant,
            "command": list(command),
            "environment": environments.index(environment),
        }
        return replace(
            self,
            seeds=sorted({*self.seeds, *seeds}),
            updated=instant,
            environments=environments,
            sessions=[*self.sessions, session],
        )


def slug(name: str) -> str:
    """``name`` as part of a file name: lower case letters, digits, ``-`` and ``_``.

    Example:
        >>> slug("Motion Inversion (ZeroScope)")
        'motion-inversion-zeroscope'
    """
    return re.sub(r"[^a-z0-9_]+", "-", name.lower()).strip("-") or "unnamed"
