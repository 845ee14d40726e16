"""What is measured on one result, and everything that several metrics share, computed once."""

import math
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

import numpy as np
from jaxtyping import Float32

from motionbench.arrays import Embeddings, Frames
from motionbench.errors import UnscorableError
from motionbench.metrics.functional.agreement import MotionFeatures, motion_features
from motionbench.metrics.functional.camera import CameraMotion, camera_motion, without_camera
from motionbench.metrics.functional.camera_parts import ObjectMotion, object_motion
from motionbench.metrics.functional.displacements import Displacements, displacements
from motionbench.metrics.functional.motion_fidelity import (
    MotionFidelity,
    motion_fidelity,
    motion_fidelity_floor,
)
from motionbench.tracks import TrackSet, select

T = TypeVar("T")


@dataclass(frozen=True)
class MetricParameters:
    """Every number a metric's value depends on besides its input.

    Lengths are shares of the diagonal of the reference's picture, so that a clip scores the same
    at any size. Speeds are per step, a step being the way from one compared instant to the next.

    Attributes:
        speed_floor: A point that moves no faster rests: tracker noise has random directions. 0.0008
            is 0.3 pixels a step in a picture of 320 x 180.
        min_joint_visibility: Share of the steps in which two tracks must both be visible to be
            compared.
        match_radius: Distance between the mean places of two tracks up to which they are compared.
        max_floor: Chance floor above which a normalised value would only magnify noise.
        shuffles: Random orders averaged by ``motion_fidelity_floor_shuffled``.
        camera_tolerance: Distance from the camera's motion up to which a point follows the camera,
            per step. 0.002 is 0.7 pixels in a picture of 320 x 180.
        object_moving_share: Share of a track's visible steps beyond that tolerance from which the
            track belongs to an object.
        query_tolerance: Difference up to which two points started at the same place.
        seed: Of all sampling.
    """

    speed_floor: float = 0.0008
    min_joint_visibility: float = 0.2
    match_radius: float = 0.08
    max_floor: float = 0.95
    shuffles: int = 8
    camera_tolerance: float = 0.002
    object_moving_share: float = 0.25
    query_tolerance: float = 0.001
    seed: int = 0


@dataclass(frozen=True, eq=False)
class Measurements:
    """What the metrics of one result are computed from; what was not measured is None.

    Attributes:
        reference_tracks: Of the reference, aligned with the result (``alignment.align``).
        generated_tracks: Of the result, at the same instants and in the reference's pixels.
        other_tracks: Of other references of the suite, at the same instants
            (``alignment.align_unrelated``).
        reference_frames: ``(T, D)`` embeddings of the reference's frames.
        generated_frames: ``(U, D)`` embeddings of the result's frames.
        reference_thumbnails: ``(T, h, w, 3)`` the reference's frames, small.
        generated_thumbnails: ``(U, h, w, 3)`` the result's frames, of the same size.
        prompt: ``(D,)`` embedding of the prompt.
        prompt_truncated: The prompt was longer than the embedder's context; text metrics then see
            its beginning only.
        other_prompts: ``(K, D)`` embeddings of the suite's other prompts, none with the same text.
        seconds_adapt: Time the method took to adapt to the reference.
        seconds_generate: Time it took to generate the result.
        peak_memory_mib: Peak memory of the method.
        parameters: Of the metrics.
    """

    reference_tracks: TrackSet | None = None
    generated_tracks: TrackSet | None = None
    other_tracks: tuple[TrackSet, ...] = ()
    reference_frames: Embeddings | None = None
    generated_frames: Embeddings | None = None
    reference_thumbnails: Frames | None = None
    generated_thumbnails: Frames | None = None
    prompt: Float32[np.ndarray, " _d"] | None = None
    prompt_truncated: bool = False
    other_prompts: Embeddings | None = None
    seconds_adapt: float | None = None
    seconds_generate: float | None = None
    peak_memory_mib: float | None = None
    parameters: MetricParameters = field(default_factory=MetricParameters)

    def __post_init__(self) -> None:
        """Refuse tracks that are not aligned."""
        reference, generated = self.reference_tracks, self.generated_tracks
        if reference is None or generated is None:
            return
        if _grid(reference) != _grid(generated):
            raise ValueError(
                f"reference and generated tracks are not aligned: (frames, height, width) are "
                f"{_grid(reference)} and {_grid(generated)}. Use motionbench.metrics.alignment."
            )

    @property
    def reference(self) -> TrackSet:
        """The reference's tracks, or unscorable."""
        return measured(self.reference_tracks, "tracks of the reference")

    @property
    def generated(self) -> TrackSet:
        """The result's tracks, or unscorable."""
        return measured(self.generated_tracks, "tracks of the generated clip")

    @cached_property
    def reference_from_start(self) -> TrackSet:
        """The reference's tracks that were started on its first frame."""
        return _from_start(self.reference)

    @cached_property
    def generated_from_start(self) -> TrackSet:
        """The result's tracks that were started on its first frame."""
        return _from_start(self.generated)

    @property
    def diagonal(self) -> float:
        """Of the reference's picture, pixels."""
        return math.hypot(self.reference.height, self.reference.width)

    @property
    def speed_floor(self) -> float:
        """Pixels a step."""
        return self.parameters.speed_floor * self.diagonal

    @cached_property
    def reference_motion(self) -> Displacements:
        """Displacements of the reference's tracks."""
        return displacements(self.reference.tracks, self.reference.visibility)

    @cached_property
    def generated_motion(self) -> Displacements:
        """Displacements of the result's tracks."""
        return displacements(self.generated.tracks, self.generated.visibility)

    @property
    def radius(self) -> float:
        """Pixels within which tracks are compared."""
        return self.parameters.match_radius * self.diagonal

    @cached_property
    def reference_features(self) -> MotionFeatures:
        """Motion and rests of the reference's tracks, fast steps weighing more."""
        return motion_features(self.reference_motion, self.speed_floor)

    @cached_property
    def generated_features(self) -> MotionFeatures:
        """Motion and rests of the result's tracks, fast steps weighing more."""
        return motion_features(self.generated_motion, self.speed_floor)

    @cached_property
    def reference_directions(self) -> MotionFeatures:
        """Directions and rests of the reference's tracks, all steps weighing the same."""
        return motion_features(self.reference_motion, self.speed_floor, by_speed=False)

    @cached_property
    def generated_directions(self) -> MotionFeatures:
        """Directions and rests of the result's tracks, all steps weighing the same."""
        return motion_features(self.generated_motion, self.speed_floor, by_speed=False)

    @cached_property
    def fidelity(self) -> MotionFidelity:
        """Motion fidelity and its two directions."""
        return motion_fidelity(
            self.reference_features,
            self.generated_features,
            min_joint_visibility=self.parameters.min_joint_visibility,
            radius=self.radius,
        )

    @cached_property
    def fidelity_floor(self) -> float:
        """What chance scores, on the other references."""
        others = [
            motion_features(displacements(other.tracks, other.visibility), self.speed_floor)
            for other in self.other_tracks
        ]
        return motion_fidelity_floor(
            self.reference_features,
            others,
            min_joint_visibility=self.parameters.min_joint_visibility,
            radius=self.radius,
        )

    @cached_property
    def reference_camera(self) -> CameraMotion:
        """Global motion of the reference."""
        return self._camera(self.reference)

    @cached_property
    def generated_camera(self) -> CameraMotion:
        """Global motion of the result."""
        return self._camera(self.generated)

    @cached_property
    def reference_objects(self) -> ObjectMotion:
        """Motion of the reference relative to its camera."""
        return self._objects(self.reference, self.reference_motion, self.reference_camera)

    @cached_property
    def generated_objects(self) -> ObjectMotion:
        """Motion of the result relative to its camera."""
        return self._objects(self.generated, self.generated_motion, self.generated_camera)

    def _camera(self, track_set: TrackSet) -> CameraMotion:
        return camera_motion(
            track_set.tracks,
            track_set.visibility,
            height=track_set.height,
            width=track_set.width,
            tolerance=self.parameters.camera_tolerance * self.diagonal,
            seed=self.parameters.seed,
        )

    def _objects(
        self, track_set: TrackSet, motion: Displacements, camera: CameraMotion
    ) -> ObjectMotion:
        return object_motion(
            without_camera(motion, track_set.tracks, camera),
            tolerance=self.parameters.camera_tolerance * self.diagonal,
            min_moving_share=self.parameters.object_moving_share,
        )


def measured(value: T | None, what: str) -> T:
    """The value, or unscorable with the reason that it was not measured."""
    if value is None:
        raise UnscorableError(f"{what}: not measured.")
    return value


def _from_start(track_set: TrackSet) -> TrackSet:
    """Without what a tracker started later, on regions that came into view."""
    return select(track_set, track_set.queries[:, 0] == 0)


def _grid(track_set: TrackSet) -> tuple[int, int, int]:
    return track_set.frames, track_set.height, track_set.width
