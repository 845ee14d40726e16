"""Cheats and honest methods measured and put on a leaderboard, as a run's scores would be."""

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

import pandas as pd

from motionbench.arrays import Embeddings, Frames
from motionbench.audit.axes import base_scenes
from motionbench.audit.cheats import ENTRANTS, Asked, Kind, can_be_hit, steps_of
from motionbench.audit.lab import Lab, Shot
from motionbench.audit.scale import Scale
from motionbench.cases import CATEGORIES
from motionbench.features import Features
from motionbench.metrics.alignment import align, align_unrelated
from motionbench.metrics.catalog import Measurements, Unscorable, score_all
from motionbench.metrics.functional.camera import camera_motion
from motionbench.ruler import OTHER_REFERENCES, Ruler
from motionbench.runner.references import References
from motionbench.scenes import draws
from motionbench.scenes.captions import caption, vary
from motionbench.scenes.suite import plan_cases
from motionbench.store.table import COLUMNS
from motionbench.tracks import TrackSet

MOST_SCENES = 4
"""Of a category; every one is answered by ten entrants."""

METRICS = (
    "motion_fidelity",
    "motion_fidelity_normalised",
    "speed_ratio",
    "direction_flip",
    "camera_fidelity",
    "object_fidelity",
    "object_presence",
    "camera_share_reference",
    "text_alignment",
    "text_rank",
    "temporal_consistency",
    "appearance_leakage",
    "structure_leakage",
)
"""What is told of every row."""


def ask(lab: Lab, scale: Scale) -> list[Asked]:
    """The references, and what is asked of each: mostly another scene, by turns another subject.

    Only scenes whose telling colour has a hue, or no turn of hues could make it the prompt's.
    """
    asked = []
    for category in CATEGORIES:
        count = min(scale.scenes, MOST_SCENES)
        scenes = base_scenes(category, 8 * count, scale.seed)
        shots = [Shot(scene, scale.frames, scale.size, scale.size) for scene in scenes]
        fit = filter(can_be_hit, (_prompted(shot, number) for number, shot in enumerate(shots)))
        asked += list(islice(fit, count))
    references = lab.tracks([each.reference for each in asked], "references")
    return [
        replace(each, steps=_steps(tracks, lab.ruler))
        for each, tracks in zip(asked, references, strict=True)
    ]


def _prompted(shot: Shot, number: int) -> Asked:
    kind: Kind = "subject" if number % 4 == 3 else "scene"
    rng = draws.stream(shot.scene.seed, 5)
    return Asked(shot, kind, vary(shot.scene.appearance, rng, kind), ())


def _steps(tracks: TrackSet, ruler: Ruler) -> tuple[tuple[complex, complex], ...]:
    """The global motion, frame by frame, as the ruler sees it."""
    diagonal = math.hypot(tracks.height, tracks.width)
    camera = camera_motion(
        tracks.tracks,
        tracks.visibility,
        height=tracks.height,
        width=tracks.width,
        tolerance=ruler.parameters.camera_tolerance * diagonal,
        seed=ruler.parameters.seed,
    )
    return steps_of(camera)


def measure(lab: Lab, asked: Sequence[Asked]) -> pd.DataFrame:
    """Scores of all entrants in the long form of the store (``store.table.COLUMNS``)."""
    answers = [
        (entrant, number, entrant.shot(each))
        for entrant in ENTRANTS
        for number, each in enumerate(asked)
    ]
    bench = _Bench(lab, asked, [shot for _, _, shot in answers])
    scores = lab.map(lambda answer: bench.scores(*answer[1:]), answers, "score")
    rows: list[dict[str, Any]] = []
    for (entrant, number, _), values in zip(answers, scores, strict=True):
        scene = asked[number].reference.scene
        shared = {
            "run": entrant.name,
            "method": entrant.name,
            "version": "1",
            "options": "{}",
            "control": False,
            "suite": "gaming",
            "suite_version": "1",
            "suite_sha256": "",
            "ruler": lab.ruler.id,
            "case": f"{number:02d} {scene.name}",
            "category": scene.category,
            "prompt_id": asked[number].kind,
            "kind": asked[number].kind,
            "seed": 0,
        }
        rows += [{**shared, "metric": name, **_outcome(value)} for name, value in values.items()]
    return pd.DataFrame.from_records(rows, columns=list(COLUMNS)).astype({"value": float})


class _Bench:
    """Scores answers as those of a run on the ``scenes`` suite with other references."""

    def __init__(self, lab: Lab, asked: Sequence[Asked], answers: Sequence[Shot]) -> None:
        self._ruler, self._asked = lab.ruler, asked
        shots = [*(each.reference for each in asked), *answers]
        self._tracks = dict(zip(shots, lab.tracks(shots, "answers"), strict=True))
        self._features = Features(lab.ruler, cache_dir=None)
        texts = [prompt.text for case in plan_cases() for prompt in case.prompts]
        self._suite = References(self._features, {}, texts)
        self._looks = [self._look(each.reference) for each in asked]

    def scores(self, number: int, answer: Shot) -> dict[str, float | Unscorable]:
        """All of ``METRICS`` of one answer to what was asked at that place."""
        reference, ruler = self._asked[number].reference, self._ruler
        prompt = caption(self._asked[number].appearance)
        texts = self._features.text_embeddings([prompt, *self._suite.other_prompts(prompt)])
        known, seen = self._looks[number], self._look(answer)
        tracks = align(self._tracks[reference], self._tracks[answer], frames=ruler.max_frames)
        measurements = Measurements(
            reference_tracks=tracks[0],
            generated_tracks=tracks[1],
            other_tracks=tuple(align_unrelated(tracks[0], other) for other in self._others(number)),
            reference_frames=known[0],
            generated_frames=seen[0],
            reference_thumbnails=known[1],
            generated_thumbnails=seen[1],
            prompt=texts.embeddings[0],
            other_prompts=texts.embeddings[1:],
            parameters=ruler.parameters,
        )
        return score_all(measurements, METRICS)

    def _others(self, number: int) -> list[TrackSet]:
        """What stands for chance: references from all over the list, as a suite's are."""
        count = len(self._asked)
        steps = range(1, OTHER_REFERENCES + 1)
        places = [(number + count * step // (OTHER_REFERENCES + 1)) % count for step in steps]
        return [self._tracks[self._asked[k].reference] for k in places if k != number]

    def _look(self, shot: Shot) -> tuple[Embeddings, Frames]:
        """Embeddings and small pictures, of a clip that is drawn once for both."""
        clip = shot.clip()
        return self._features.frame_embeddings(clip, ""), self._features.thumbnails(clip, "")


def _outcome(value: float | Unscorable) -> dict[str, Any]:
    if isinstance(value, Unscorable):
        return {"status": "unscorable", "value": math.nan, "reason": value.reason}
    return {"status": "ok", "value": value, "reason": ""}
