"""The tracker against joints that people marked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Any

import numpy as np
from jaxtyping import Bool, Float32, Int64

from motionbench.arrays import Queries
from motionbench.audit.footage.joints_file import Joints, read_joints
from motionbench.audit.footage.part import Part
from motionbench.audit.footage.reel import Reel
from motionbench.audit.footage.sources import JointsSource
from motionbench.audit.sections import Cell, Figure, Finding, Table
from motionbench.errors import ManifestError
from motionbench.metrics.functional.tracking import TrackingQuality, tracking_quality
from motionbench.tracks import TrackSet
from motionbench.video import decode

WITHIN = (4, 8, 16)
"""Pixels of the clip's own picture."""

TEXT = (
    "Joints that people marked on animals or persons: the tracker is started on each joint in the "
    "first frame in which it is marked, and compared in every other marked frame. A mark is a "
    "place under the skin, right to a few pixels, and some are guesses, so no tracker reaches 1; "
    "beside it stands what points score that never leave their start."
)


@dataclass(frozen=True, eq=False)
class FollowedJoints:
    """Joints of one clip, and where a tracker finds them, in the K marked frames.

    Attributes:
        name: Of the clip.
        joints: As marked; only those that are marked at least once.
        tracks: ``(J, K, 2)`` as tracked, pixels of the clip.
        visibility: ``(J, K)`` as the tracker says.
        starts: ``(J,)`` index, among the marked frames, of the one each was started in.
        height: Pixels.
        width: Pixels.
    """

    name: str
    joints: Joints
    tracks: Float32[np.ndarray, "j k 2"]
    visibility: Bool[np.ndarray, "j k"]
    starts: Int64[np.ndarray, " j"]
    height: int
    width: int

    @property
    def scored(self) -> Bool[np.ndarray, "j k"]:
        """Where a joint is marked and was not started."""
        frames = np.arange(len(self.joints.frames))
        scored: np.ndarray = self.joints.visible & (frames != self.starts[:, None])
        return scored

    @property
    def error(self) -> Float32[np.ndarray, "j k"]:
        """Distance to the mark, pixels of the clip."""
        error: np.ndarray = np.linalg.norm(self.tracks - self.joints.points, axis=-1)
        return error

    def quality(self) -> TrackingQuality:
        """The measures of TAP-Vid over the marked frames.

        Raises:
            UnscorableError: No joint is marked twice.
        """
        return tracking_quality(
            self.joints.points,
            self.joints.visible,
            self.tracks,
            self.visibility,
            query_frames=self.starts.astype(np.float32),
            height=self.height,
            width=self.width,
        )

    def held(self) -> "FollowedJoints":
        """The same if every point stayed where it was started, always visible."""
        places = self.joints.points[np.arange(len(self.starts)), self.starts]
        tracks = np.repeat(places[:, None], len(self.joints.frames), axis=1)
        visible = np.ones_like(self.visibility)
        return FollowedJoints(
            self.name, self.joints, tracks, visible, self.starts, self.height, self.width
        )


def follow(reel: Reel, source: JointsSource) -> FollowedJoints:
    """Track the joints of a clip.

    Raises:
        ManifestError: A joint is marked in a frame or at a place that the clip has not.
    """
    joints, clip = read_joints(source.points), decode(source.video)
    height, width = clip.size
    if joints.frames[-1] >= len(clip):
        raise ManifestError(
            f"{source.points}: frames has {joints.frames[-1]}, but {source.video} has {len(clip)} "
            "frames. Is it the clip that was marked?"
        )
    marked = np.flatnonzero(joints.visible.any(axis=1))
    joints = Joints(
        tuple(joints.names[number] for number in marked),
        joints.points[marked],
        joints.visible[marked],
        joints.frames,
    )
    starts = joints.visible.argmax(axis=1)
    places = joints.points[np.arange(len(starts)), starts]
    inside = ((places >= -0.5) & (places <= np.array([width, height]) - 0.5)).all(axis=1)
    if not inside.all():
        worst = int(np.flatnonzero(~inside)[0])
        raise ManifestError(
            f"{source.points}: joint {joints.names[worst]} is marked at {places[worst].tolist()} "
            f"(x, y), outside {source.video} of {width} x {height} pixels. Mark it not visible."
        )
    queries: Queries = np.concatenate(
        [joints.frames[starts, None].astype(np.float32), places], axis=1
    )
    found: TrackSet = reel.track(clip, queries)
    return FollowedJoints(
        name=source.video.stem,
        joints=joints,
        tracks=found.tracks[:, joints.frames],
        visibility=found.visibility[:, joints.frames],
        starts=starts.astype(np.int64),
        height=height,
        width=width,
    )


def joints_part(reel: Reel, sources: Sequence[JointsSource]) -> Part:
    """Tables by clip, by joint and by time, and whether tracking beats standing still."""
    followed = [follow(reel, source) for source in sources]
    tracker = reel.ruler.tracker.name
    findings, clips = [], []
    for clip in followed:
        rows = [(tracker, clip, clip.quality()), ("held", held := clip.held(), held.quality())]
        clips += [_clip_row(name, each, quality) for name, each, quality in rows]
        findings.append(_finding(clip.name, tracker, rows[0][2], rows[1][2]))
    note = (
        "`within N px`: share of marked joints, but those in the frame of the start, found within "
        "N pixels of the clip's own picture. `said`: share of them that the tracker says it sees."
    )
    return Part(
        text=TEXT,
        tables=(
            Table(
                "joints", "Joints: clips", f"{note} `held`: points that never move.", tuple(clips)
            ),
            Table("joints_by_joint", "Joints: each joint", note, tuple(_by_joint(followed))),
            Table(
                "joints_by_time",
                "Joints: each marked frame",
                f"{note} `away`: frames since the start, the mean over joints.",
                tuple(_by_time(followed)),
            ),
        ),
        findings=tuple(findings),
        figures=(_figure(followed),),
    )


def _clip_row(points: str, clip: FollowedJoints, quality: TrackingQuality) -> Mapping[str, Cell]:
    return {
        "clip": clip.name,
        "points": points,
        "joints": len(clip.starts),
        "delta_x_avg": quality.delta_x_avg,
        "occlusion_accuracy": quality.occlusion_accuracy,
        "average_jaccard": quality.average_jaccard,
        **_shares(clip, clip.scored),
    }


def _by_joint(followed: Sequence[FollowedJoints]) -> list[Mapping[str, Cell]]:
    return [
        {"clip": clip.name, "joint": name, **_shares(clip, where)}
        for clip in followed
        for number, name in enumerate(clip.joints.names)
        if (where := _only(clip.scored, number, axis=0)).any()
    ]


def _by_time(followed: Sequence[FollowedJoints]) -> list[Mapping[str, Cell]]:
    rows: list[Mapping[str, Cell]] = []
    for clip in followed:
        frames = clip.joints.frames
        away = np.abs(frames[None] - frames[clip.starts][:, None])
        for number, frame in enumerate(frames):
            where = _only(clip.scored, number, axis=1)
            if where.any():
                mean = float(away[where].mean())
                shares = _shares(clip, where)
                rows.append({"clip": clip.name, "frame": int(frame), "away": mean, **shares})
    return rows


def _only(scored: Bool[np.ndarray, "j k"], number: int, *, axis: int) -> Bool[np.ndarray, "j k"]:
    """What is scored of one joint, or of one frame."""
    chosen: np.ndarray = scored & (np.indices(scored.shape)[axis] == number)
    return chosen


def _shares(clip: FollowedJoints, where: Bool[np.ndarray, "j k"]) -> dict[str, Cell]:
    error = clip.error[where]
    return {
        "marks": int(where.sum()),
        "median error": float(np.median(error)),
        **{f"within {pixels} px": float(np.mean(error < pixels)) for pixels in WITHIN},
        "said": float(clip.visibility[where].mean()),
    }


def _finding(clip: str, tracker: str, found: TrackingQuality, held: TrackingQuality) -> Finding:
    better = found.delta_x_avg > held.delta_x_avg
    return Finding(
        "good" if better else "fault",
        tracker,
        f"finds the joints of {clip} {'better' if better else 'no better'} than points that never "
        f"move: mean share within 1 to 16 px {found.delta_x_avg:.3f} against "
        f"{held.delta_x_avg:.3f}, average Jaccard {found.average_jaccard:.3f} against "
        f"{held.average_jaccard:.3f}.",
    )


def _figure(followed: Sequence[FollowedJoints]) -> Figure:
    rows = _by_time(followed)

    def draw(figure: Any) -> None:
        axes = figure.subplots()
        for clip, style in zip(followed, cycle(("o-", "s--", "^:", "D-.")), strict=False):
            mine = [row for row in rows if row["clip"] == clip.name]
            axes.plot(
                [row["away"] for row in mine],
                [row["median error"] for row in mine],
                style,
                label=clip.name,
            )
        axes.set(xlabel="frames since the start", ylabel="median distance to the mark (pixels)")
        axes.set_ylim(bottom=0)
        axes.legend(frameon=False)

    return Figure("joints", "How far from the marked joints the tracker ends up, over time.", draw)
