"""Runs that nobody made, in the format of real ones: for boards larger than any that exists."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from motionbench.cases import CATEGORIES, PROMPT_KINDS, Clip
from motionbench.files import write_bytes, write_json
from motionbench.metrics.catalog import METRICS
from motionbench.store.info import RunInfo, RunSettings, SuiteSource, now
from motionbench.store.records import GenerationRecord, PlannedJob, ScoreRecord, Stored
from motionbench.store.run import Run
from motionbench.video import content_sha256, decode, encode, file_sha256

RULER = "synthetic-000000000000"
CONTROLS = 2

CLIPS = 8
"""Clips that all results share."""

FAILING, FAILED = 10, 0.05
"""Every tenth method fails at a twentieth of its jobs."""

UNDEFINED = ("object_fidelity", "object_presence")
"""Metrics that no row has in cases of the camera, as happens where nothing moves but the camera."""


def write_runs(root: Path, methods: int, cases: int, *, seed: int) -> list[Path]:
    """Write ``methods`` runs of ``cases`` cases, three prompts each, every metric.

    Args:
        root: An empty folder.
        methods: Runs; the first two are controls.
        cases: Cases of each, in turn of each category.
        seed: Of scores and clips.

    Returns:
        The runs' folders.
    """
    rng = np.random.default_rng(seed)
    clips = list(_clips(root / "clips", rng))
    plan = [
        PlannedJob(f"case-{k:03d}", CATEGORIES[k % len(CATEGORIES)], kind, kind, 0)
        for k in range(cases)
        for kind in PROMPT_KINDS
    ]
    hardness = rng.normal(0, 0.1, len(plan))
    return [
        _write_run(root / "runs", m, plan, hardness, clips, rng)
        for m in tqdm(range(methods), desc="synthetic runs", unit="run")
    ]


def _clips(folder: Path, rng: np.random.Generator) -> Iterator[Stored]:
    """Small clips of noise, stored as real ones are."""
    folder.mkdir(parents=True)
    for k in range(CLIPS):
        path = folder / f"{k}.mp4"
        encode(Clip(rng.integers(0, 255, (4, 32, 32, 3)).astype(np.uint8), 8.0), path)
        back = decode(path)
        yield Stored(
            video=str(path),
            content_sha256=content_sha256(back.frames, back.fps),
            file_sha256=file_sha256(path),
            frames=len(back.frames),
            height=32,
            width=32,
            fps=back.fps,
        )


def _write_run(
    root: Path,
    place: int,
    plan: Sequence[PlannedJob],
    hardness: np.ndarray,
    clips: Sequence[Stored],
    rng: np.random.Generator,
) -> Path:
    """One run."""
    method = f"method-{place:03d}"
    settings = RunSettings(method, "1", {}, "synthetic", "1", "a" * 64)
    card = {"name": method, "summary": "Made up.", "control": place < CONTROLS}
    source = SuiteSource("synthetic.yaml")
    info = RunInfo.start(settings, card=card, reference=method, device="cpu", suite_source=source)
    run = Run(root / settings.folder_name())
    run.path.mkdir(parents=True)
    run.write_info(info)
    run.add_to_plan(plan)
    write_json(run.ruler_file(RULER), {"metrics": dict.fromkeys(METRICS, 1)})
    skill = rng.uniform(0.2, 0.7, len(METRICS))
    values = skill + hardness[:, None] + rng.normal(0, 0.1, (len(plan), len(METRICS)))
    fails = (rng.uniform(size=len(plan)) < FAILED) & (place % FAILING == FAILING - 1)
    made, scored = [], []
    for planned, row, failed in zip(plan, values.tolist(), fails.tolist(), strict=True):
        stored = clips[int(rng.integers(len(clips)))]
        shared = {**asdict(planned), "prompt": f"a {planned.kind} of {planned.case}"}
        if failed:
            error = "the method ran out of memory"
            made.append(GenerationRecord(**shared, status="failed", finished=now(), error=error))
            continue
        made.append(GenerationRecord(**shared, status="ok", finished=now(), stored=stored))
        scored.append(_scored(shared, stored, row))
    # In one go: the journal's own ``append`` waits for the disk after each line.
    _write_lines(run.generations.path, [record.to_json() for record in made])
    _write_lines(run.scores(RULER).path, scored)
    return run.path


def _scored(shared: dict[str, Any], stored: Stored, values: Sequence[float]) -> dict[str, Any]:
    """The journal's line of one result's scores."""
    record = ScoreRecord(
        **shared,
        ruler=RULER,
        content_sha256=stored.content_sha256,
        reference_sha256="b" * 64,
        scores={},
        notes={},
        finished=now(),
    )
    undefined = UNDEFINED if shared["category"] == "camera" else ()
    # As ``Score.to_json`` writes them, which takes minutes for millions.
    scores = {
        name: {"status": "unscorable", "reason": "nothing moves in it"}
        if name in undefined
        else {"status": "ok", "value": value}
        for name, value in zip(METRICS, values, strict=True)
    }
    return {**record.to_json(), "scores": scores}


def _write_lines(path: Path, lines: Sequence[dict[str, Any]]) -> None:
    write_bytes(path, "".join(json.dumps(line) + "\n" for line in lines).encode())
