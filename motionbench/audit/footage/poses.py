"""The camera part against known poses of the camera."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from motionbench.audit.footage.components import COMPONENTS, Component, by_step, total
from motionbench.audit.footage.depth import inverse_depths
from motionbench.audit.footage.part import Part
from motionbench.audit.footage.pose_figure import steps_figure
from motionbench.audit.footage.poses_file import Poses, read_poses
from motionbench.audit.footage.predicted import predicted_camera
from motionbench.audit.footage.reel import Reel
from motionbench.audit.footage.sources import PosesSource
from motionbench.audit.sections import Cell, Finding, Table
from motionbench.audit.statistics import correlate, draw_clusters
from motionbench.errors import ManifestError, UnscorableError
from motionbench.features import spread_evenly
from motionbench.metrics.functional.camera import CameraMotion
from motionbench.metrics.functional.camera_parts import camera_fidelity
from motionbench.metrics.measurements import Measurements
from motionbench.tracks import TrackSet

BAR = 0.95
"""Share of motions above their floor whose sign must be right."""

TEXT = (
    "Still scenes with the camera's pose in each frame. `turn` is the motion of the picture's "
    "centre that its rotation alone gives, known exactly; `full` adds its shift past a plane that "
    "faces it at the median depth of the scene, triangulated from the tracks with the known poses. "
    "What the tracks themselves give is only that one depth a frame; all directions come from the "
    "poses."
)


@dataclass(frozen=True, eq=False)
class PosedClip:
    """The camera's motion in a clip, as it is and as measured, over the same steps.

    Attributes:
        name: Of the clip.
        turn: What the rotation alone gives.
        full: What rotation and shift give; steps without a depth are unknown.
        measured: By the camera part.
        agreement: ``camera_fidelity`` of ``full`` and ``measured``; None if undefined.
    """

    name: str
    turn: CameraMotion
    full: CameraMotion
    measured: CameraMotion
    agreement: float | None


def measure(reel: Reel, source: PosesSource) -> PosedClip:
    """Both camera motions of a clip, at the instants at which metrics compare clips.

    Raises:
        ManifestError: There is not one pose per frame.
    """
    poses, tracks = read_poses(source.poses), reel.tracks(source.video)
    if len(poses) != tracks.frames:
        raise ManifestError(
            f"{source.poses}: {len(poses)} poses for the {tracks.frames} frames of {source.video}. "
            "Give one line per frame."
        )
    depths = inverse_depths(poses, tracks)
    # Whole frames, as poses between two are not given.
    chosen = spread_evenly(tracks.frames, reel.ruler.max_frames)
    poses = Poses(poses.intrinsics[chosen], poses.to_camera[chosen])
    size = {"height": tracks.height, "width": tracks.width}
    full = predicted_camera(poses, depths[chosen], **size)
    seen = Measurements(reference_tracks=_at(tracks, chosen), parameters=reel.ruler.parameters)
    try:
        agreement = camera_fidelity(full, seen.reference_camera, speed_floor=seen.speed_floor)
    except UnscorableError:
        agreement = None
    return PosedClip(
        name=source.video.stem,
        turn=predicted_camera(poses, None, **size),
        full=full,
        measured=seen.reference_camera,
        agreement=agreement,
    )


def poses_part(reel: Reel, sources: Sequence[PosesSource]) -> Part:
    """Tables by component, by clip and by clip's component, and which signs are wrong."""
    reel.measure([source.video for source in sources], what="clips with poses")
    clips = [measure(reel, source) for source in sources]
    totals = [_total_row(clip, component) for clip in clips for component in COMPONENTS]
    components = [_component_row(component, clips, totals) for component in COMPONENTS]
    return Part(
        text=TEXT,
        tables=(
            Table(
                "poses",
                "Camera poses: components",
                "`totals`: clips in which the component moves some point of the picture by about "
                "2 % of its width or more, and `right`, of them, those with the right sign. The "
                "others are over single steps: `sign` is the share with the right sign, weighted "
                "by the size of the true motion; `rank` is Spearman's correlation with the full "
                "motion, with its 95 % interval over clips, and `rank turn` that with the turn "
                "alone; `ratio` is measured over true size.",
                tuple(components),
            ),
            Table(
                "poses_by_clip",
                "Camera poses: clips",
                "`agreement`: camera_fidelity of the true motion and the measured one, -1 to 1.",
                tuple({"clip": clip.name, "agreement": clip.agreement} for clip in clips),
            ),
            Table(
                "poses_totals",
                "Camera poses: over each clip",
                "Pan in widths, tilt in heights, zoom as a logarithm, roll in degrees. `told`: "
                "large enough for its sign to count.",
                tuple(totals),
            ),
        ),
        findings=tuple(_finding(row) for row in components if row["totals"]),
        figures=(steps_figure([(clip.full, clip.measured) for clip in clips]),),
    )


def _at(tracks: TrackSet, frames: np.ndarray) -> TrackSet:
    """The tracks in some of the frames."""
    return replace(tracks, tracks=tracks.tracks[:, frames], visibility=tracks.visibility[:, frames])


def _total_row(clip: PosedClip, component: Component) -> Mapping[str, Cell]:
    name = component.name
    full, measured = total(clip.full, name), total(clip.measured, name)
    return {
        "clip": clip.name,
        "component": name,
        "turn": total(clip.turn, name),
        "full": full,
        "measured": measured,
        "told": abs(full) >= component.floor,
        "right": full * measured > 0,
    }


def _component_row(
    component: Component, clips: Sequence[PosedClip], totals: Sequence[Mapping[str, Cell]]
) -> Mapping[str, Cell]:
    told = [row for row in totals if row["component"] == component.name and row["told"]]
    turn, full, measured, clip = _steps(component.name, clips)
    # Clips are the clusters; they are all of one kind.
    resamples = draw_clusters(clip, np.zeros_like(clip), seed=0)
    rank = correlate(full, measured, resamples)
    size = np.abs(full).sum()
    return {
        "component": component.name,
        "totals": len(told),
        "right": sum(bool(row["right"]) for row in told),
        "steps": len(full),
        "sign": float(np.abs(full)[full * measured > 0].sum() / size) if size > 0 else None,
        "rank": rank.value,
        "rank low": rank.low,
        "rank high": rank.high,
        "rank turn": correlate(turn, measured, resamples).value,
        "ratio": float(np.abs(measured).sum() / size) if size > 0 else None,
    }


def _steps(name: str, clips: Sequence[PosedClip]) -> tuple[np.ndarray, ...]:
    """Turn, full and measured motion in each step in which all are known, and the clip's number."""
    columns: list[list[np.ndarray]] = [[], [], [], []]
    for number, clip in enumerate(clips):
        known = clip.full.known & clip.measured.known
        for column, camera in zip(columns, (clip.turn, clip.full, clip.measured), strict=False):
            column.append(by_step(camera, name)[known])
        columns[3].append(np.full(known.sum(), number))
    return tuple(np.concatenate(column) for column in columns)


def _finding(row: Mapping[str, Cell]) -> Finding:
    told, right = int(row["totals"] or 0), int(row["right"] or 0)
    follows = isinstance(row["rank low"], float) and row["rank low"] > 0
    good = right >= BAR * told and follows
    return Finding(
        "good" if good else "notice",
        "camera part",
        f"{row['component']} has the sign of the known camera poses in {right} of {told} clips in "
        f"which it is large enough to be told (bar {BAR:.0%}); step by step it "
        f"{'follows' if follows else 'does not surely follow'} the true motion: rank correlation "
        f"{row['rank']:.2f}{_shown(row)}.",
    )


def _shown(row: Mapping[str, Cell]) -> str:
    low, high = row["rank low"], row["rank high"]
    return "" if low is None or high is None else f" ({low:.2f} to {high:.2f})"
