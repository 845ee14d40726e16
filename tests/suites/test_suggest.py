"""Camera, one thing or several, from tracks that are known."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from motionbench.cases import Case, Clip, FileSource, Suite
from motionbench.errors import UnknownNameError, UnscorableError
from motionbench.features import Features
from motionbench.metrics.catalog import METRICS
from motionbench.metrics.measurements import MetricParameters
from motionbench.ruler import load_ruler
from motionbench.suites.groups import REACHES, group_sizes
from motionbench.suites.presets import PRESETS, get_preset
from motionbench.suites.suggest import is_sure, suggest, suggest_category
from motionbench.suites.traits import MotionTraits, motion_traits
from motionbench.tracks import TrackSet
from motionbench.video import encode

SIDE, FRAMES = 200, 17


def tracks_of(moves: np.ndarray, start: np.ndarray) -> TrackSet:
    """Tracks from start places and displacements since the start, ``(N, T, 2)``."""
    tracks = (start[:, None] + moves).astype(np.float32)
    queries = np.concatenate([np.zeros((len(start), 1)), start], axis=1).astype(np.float32)
    visibility = np.ones(tracks.shape[:2], dtype=bool)
    return TrackSet(tracks, visibility, queries, SIDE, SIDE, 2.0)


def grid() -> np.ndarray:
    ticks = np.arange(5, SIDE, 10)
    return np.stack(np.meshgrid(ticks, ticks), -1).reshape(-1, 2).astype(np.float32)


def inside(places: np.ndarray, x: float, y: float) -> np.ndarray:
    """Which places are on a square of 50 pixels."""
    return (np.abs(places - [x, y]) < 25).all(axis=1)


def shift(x: float, y: float) -> np.ndarray:
    """A steady shift, pixels a frame, ``(1, T, 2)``."""
    return np.arange(FRAMES)[None, :, None] * np.array([x, y])


def suggestion(tracks: TrackSet) -> tuple[str, ...]:
    return suggest_category(motion_traits(tracks, MetricParameters()))


def test_a_pan_is_a_camera() -> None:
    start = grid()
    assert suggestion(tracks_of(np.repeat(shift(3, 0), len(start), 0), start)) == ("camera",)


def test_a_near_ground_that_moves_faster_is_depth() -> None:
    start = grid()
    near = (start[:, 1] > 0.6 * SIDE)[:, None, None]
    assert suggestion(tracks_of(np.where(near, shift(4, 0), shift(3, 0)), start)) == ("camera",)


def test_nothing_that_moves_is_no_category() -> None:
    start = grid()
    assert suggestion(tracks_of(np.repeat(shift(0, 0), len(start), 0), start)) == ()


def test_a_single_picture_does_not_stop_the_others(tmp_path: Path) -> None:
    frames = np.random.default_rng(0).integers(0, 255, (8, 96, 96, 3)).astype(np.uint8)
    encode(Clip(frames[:1], 8.0), tmp_path / "one.mp4")
    encode(Clip(frames, 8.0), tmp_path / "more.mp4")
    cases = tuple(
        Case(name, None, "", (), FileSource(tmp_path / f"{name}.mp4")) for name in ("one", "more")
    )
    suite = Suite("two", "1", "", cases)
    found = suggest(suite, Features(load_ruler("embedded"), None), show_progress=False)
    suggested = {each.case: each.suggested for each in found}
    assert (list(suggested), suggested["one"]) == (["one", "more"], ())


def test_one_square_is_one_thing() -> None:
    start = grid()
    moves = inside(start, 60, 100)[:, None, None] * shift(4, 0)
    assert suggestion(tracks_of(moves, start)) == ("single_object", "human")


def test_one_square_under_a_moving_camera_is_one_thing() -> None:
    start = grid()
    moves = np.where(inside(start, 90, 100)[:, None, None], shift(0, 0), shift(-4, 0))
    assert suggestion(tracks_of(moves, start)) == ("single_object", "human")


def test_two_squares_that_pass_each_other_are_two() -> None:
    start = grid()
    first, second = inside(start, 60, 80), inside(start, 140, 120)
    moves = first[:, None, None] * shift(5, 0) + second[:, None, None] * shift(-5, 0)
    assert suggestion(tracks_of(moves, start)) == ("multi_object",)


def test_limbs_belong_to_their_body() -> None:
    """Two bars that turn against each other about a common joint."""
    along = np.linspace(-40, 40, 17)
    angles = np.linspace(0, 0.8, FRAMES)
    turned = [
        np.stack(
            [along[:, None] * np.cos(sign * angles), along[:, None] * np.sin(sign * angles)], -1
        )
        for sign in (1, -1)
    ]
    places = np.concatenate(turned) + SIDE / 2
    tracks = tracks_of(places - places[:, :1], places[:, 0])
    assert [group_sizes(tracks, reach).tolist() for reach in REACHES] == [[34]] * 3


def test_groups_come_largest_first_and_small_ones_not_at_all() -> None:
    start = np.array([[20.0 * which, 5.0 * i] for which in (0, 5, 9) for i in range(12 - which)])
    assert group_sizes(tracks_of(np.zeros((len(start), FRAMES, 2)), start), 0.05).tolist() == [
        12,
        7,
    ]


def test_nothing_moves_in_no_group() -> None:
    start = grid()
    traits = motion_traits(tracks_of(np.zeros((len(start), FRAMES, 2)), start), MetricParameters())
    assert (traits.groups, traits.camera_speed, traits.camera_share) == (0, 0.0, 1.0)
    assert traits.rivals == (0.0, 0.0, 0.0)


def test_a_ground_seen_at_a_slant_is_a_camera() -> None:
    """A camera that moves sideways above it: the nearer, the faster, at rest at the horizon."""
    start = grid()
    near = start[:, 1] / SIDE
    ground = tracks_of(near[:, None, None] * shift(8, 0), start)
    traits = motion_traits(ground, MetricParameters())
    assert (suggestion(ground), traits.rivals) == (("camera",), (0.0, 0.0, 0.0))


def test_depth_that_reaches_the_border_is_a_camera() -> None:
    """Rows at random depths move at their own speeds."""
    start = grid()
    depths = np.random.default_rng(0).uniform(0.2, 2, SIDE)[start[:, 1].astype(int)]
    tracks = tracks_of(depths[:, None, None] * shift(3, 0), start)
    assert motion_traits(tracks, MetricParameters()).border_share > 0.5
    assert suggestion(tracks) == ("camera",)


def test_tracks_that_are_lost_at_once_do_not_count() -> None:
    start = grid()
    square = inside(start, 100, 100)
    moves = square[:, None, None] * shift(4, 0)
    wild = np.random.default_rng(0).normal(0, 20, (len(start), FRAMES, 2))
    whole = tracks_of(moves, start)
    both = tracks_of(np.concatenate([moves, wild]), np.concatenate([start, start]))
    both.visibility[len(start) :, 3:] = False
    first, second = (motion_traits(each, MetricParameters()) for each in (whole, both))
    assert second == MotionTraits(0.5, *list(vars(first).values())[1:])


def test_too_few_tracks_that_last_are_unscorable() -> None:
    tracks = tracks_of(np.zeros((400, FRAMES, 2)), grid())
    tracks.visibility[:, 4:] = False
    with pytest.raises(UnscorableError, match="visible for long enough"):
        motion_traits(tracks, MetricParameters())


def test_two_frames_are_enough() -> None:
    start = grid()
    moves = np.repeat(shift(3, 0), len(start), 0)
    whole = tracks_of(moves, start)
    pair = TrackSet(whole.tracks[:, :2], whole.visibility[:, :2], whole.queries, SIDE, SIDE, 0.1)
    assert suggestion(pair) == ("camera",)


CLEAR = MotionTraits(0.9, 0.01, 0.8, 0.02, 0.1, 1, (0.1, 0.0, 0.0))


@pytest.mark.parametrize(
    ("changes", "suggested", "sure"),
    [
        ({}, ("single_object", "human"), True),
        ({"lasting_share": 0.4}, ("single_object", "human"), False),
        ({"object_speed": 0.0045}, ("single_object", "human"), False),
        ({"object_speed": 0.0035}, ("camera",), False),
        ({"object_speed": 0.002}, ("camera",), True),
        ({"border_share": 0.9}, ("camera",), True),
        ({"border_share": 0.9, "lasting_share": 0.4}, ("single_object", "human"), False),
        ({"rivals": (0.9, 0.8, 0.8)}, ("multi_object",), True),
        ({"rivals": (0.9, 0.8, 0.1)}, ("multi_object",), False),
        ({"camera_speed": 0.0, "object_speed": 0.0}, (), True),
    ],
)
def test_a_suggestion_near_another_is_not_sure(changes, suggested, sure) -> None:
    traits = replace(CLEAR, **changes)
    assert (suggest_category(traits), is_sure(traits)) == (suggested, sure)


@pytest.mark.parametrize("preset", PRESETS.values(), ids=lambda preset: preset.name)
def test_a_preset_names_what_there_is(preset) -> None:
    assert set(preset.metrics) <= set(METRICS)
    ruler = load_ruler("embedded", overrides=preset.overrides)
    assert {name: getattr(ruler, name) for name in preset.overrides} == dict(preset.overrides)
    assert preset.unknown


def test_an_unknown_preset_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'ditflow'"):
        get_preset("ditflo")
