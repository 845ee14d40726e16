import hashlib
import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from motionbench.errors import UsageError
from motionbench.scenes import palette
from motionbench.scenes.captions import Clothes
from motionbench.scenes.catalogue import SCENES, build_scene
from motionbench.scenes.motions import Mover
from motionbench.scenes.paths import Line, Still
from motionbench.scenes.render import render
from motionbench.scenes.tracks import exact_tracks
from motionbench.trackers.base import grid_queries

EXAMPLES = ["camera/orbit", "single_object/spin", "multi_object/crossing_3", "human/cartwheel"]

HASH_ALL = """
import hashlib
from motionbench.scenes.catalogue import SCENES, build_scene
from motionbench.scenes.render import render
digest = hashlib.sha256()
for name in SCENES:
    digest.update(render(build_scene(name, 9), frames=3, height=48, width=64).tobytes())
print(digest.hexdigest())
"""


def hash_in_another_process(**environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", HASH_ALL],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_the_same_bytes_in_every_process_and_on_every_processor():
    digest = hashlib.sha256()
    for name in SCENES:
        digest.update(render(build_scene(name, 9), frames=3, height=48, width=64).tobytes())
    # Without the vector instructions that NumPy would choose here, as on an older processor.
    vectors = np.show_config(mode="dicts")["SIMD Extensions"].get("found", [])
    plain = hash_in_another_process(NPY_DISABLE_CPU_FEATURES=" ".join(vectors), PYTHONHASHSEED="7")
    assert plain == digest.hexdigest()


@pytest.mark.parametrize("name", SCENES)
def test_frames_are_as_asked_and_something_moves(name):
    frames = render(build_scene(name, 2), frames=5, height=40, width=56)
    assert frames.shape == (5, 40, 56, 3)
    assert frames.dtype == np.uint8
    assert np.abs(frames[0].astype(int) - frames[2]).mean() > 0.5


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_small_picture_is_a_large_one_reduced(name):
    scene = build_scene(name, 3)
    small = render(scene, frames=3, height=64, width=64).astype(float)
    large = render(scene, frames=3, height=256, width=256).astype(float)
    reduced = large.reshape(3, 64, 4, 64, 4, 3).mean(axis=(2, 4))
    assert np.abs(small - reduced).mean() < 4
    assert np.abs(small - reduced).max(axis=-1).mean() < 7


def test_frames_are_spread_over_the_whole_clip():
    scene = build_scene("multi_object/orbit_2", 1)
    few, many = (render(scene, frames=n, height=48, width=48) for n in (5, 9))
    np.testing.assert_array_equal(few, many[::2])
    np.testing.assert_array_equal(render(scene, frames=1, height=48, width=48), many[:1])


@pytest.mark.parametrize(("height", "width"), [(64, 112), (112, 64)])
def test_a_longer_side_shows_more_of_the_same_scene(height, width):
    scene = build_scene("camera/roll", 1)
    square = render(scene, frames=3, height=64, width=64).astype(int)
    wide = render(scene, frames=3, height=height, width=width).astype(int)
    middle = wide[:, (height - 64) // 2 :][:, :64, (width - 64) // 2 :][:, :, :64]
    assert np.abs(square - middle).mean() < 0.5


def test_appearance_changes_colours_but_not_motion():
    scene = build_scene("human/walk", 4)
    worn = scene.appearance.clothes
    free = [
        c
        for c in palette.COLOURS
        if c not in (*vars(worn).values(), scene.appearance.background.colour)
    ]
    looks = replace(scene.appearance, clothes=Clothes(free[0], worn.trousers, worn.hat))
    size = {"frames": 4, "height": 96, "width": 96}
    first, second = render(scene, **size), render(replace(scene, appearance=looks), **size)
    changed = np.abs(first.astype(int) - second).max(axis=-1) > 20
    assert 0.01 < changed.mean() < 0.15


def patch(frames: np.ndarray, places: np.ndarray, frame: int) -> np.ndarray:
    """Colours at real-valued places of one frame, bilinear: (N, 3)."""
    x, y = np.clip(places[:, frame].T, 0, np.array(frames.shape[2:0:-1])[:, None] - 1.001)
    left, top = np.floor(x).astype(int), np.floor(y).astype(int)
    u, v = (x - left)[:, None], (y - top)[:, None]
    picture = frames[frame].astype(float)
    above = picture[top, left] * (1 - u) + picture[top, left + 1] * u
    below = picture[top + 1, left] * (1 - u) + picture[top + 1, left + 1] * u
    return above * (1 - v) + below * v


@pytest.mark.parametrize("name", SCENES)
def test_the_pixels_move_as_the_tracks_say(name):
    scene = build_scene(name, 6)
    size = {"frames": 5, "height": 96, "width": 96}
    frames = render(scene, **size)
    found = exact_tracks(scene, grid_queries(96, 96, 40), **size, fps=8.0)
    start = patch(frames, found.tracks, 0)
    checked = 0
    for frame in (1, 4):
        # Only points that moved: still ones agree trivially.
        moved = np.linalg.norm(found.tracks[:, frame] - found.tracks[:, 0], axis=1) > 2
        seen = found.visibility[:, frame] & moved
        if seen.sum() < 8:
            continue
        checked += 1
        off = np.abs(patch(frames, found.tracks, frame) - start)[seen].mean(axis=1)
        still = np.abs(patch(frames, found.tracks[:, :1].repeat(5, 1), frame) - start)[seen]
        # Edges between tones mix differently at another scale or angle; elsewhere colours agree.
        assert np.median(off) < 10
        assert off.mean() < 0.5 * still.mean()
    assert checked


def test_nearer_objects_cover_farther_ones_with_their_colour():
    scene = build_scene("multi_object/crossing_2", 0)
    centre = Mover(Still((0.0, 0.0)), radius=0.2)
    scene = replace(scene, motion=(centre, centre))
    picture = render(scene, frames=1, height=96, width=96)[0]
    first, second = (palette.COLOURS[item.colour] for item in scene.appearance.items)
    # Around the middle only the later, nearer one is seen.
    middle = picture[44:52, 44:52].mean(axis=(0, 1))
    assert (
        np.abs(middle - np.mean(second, axis=0)).sum()
        < np.abs(middle - np.mean(first, axis=0)).sum()
    )


def test_edges_are_smooth():
    # The covered area grows evenly as the object slides by fractions of a pixel.
    scene = build_scene("single_object/line", 0)
    motion = Mover(Line((0.0, 0.0), (1 / 64, 0.0)), radius=0.25)
    frames = render(replace(scene, motion=(motion,)), frames=9, height=64, width=64).astype(int)
    steps = np.abs(np.diff(frames, axis=0)).sum(axis=(1, 2, 3))
    assert steps.max() < 3 * steps.min()


@pytest.mark.parametrize("size", [(0, 64, 64), (4, 7, 64), (4, 64, 7)])
def test_impossible_sizes_are_refused(size):
    frames, height, width = size
    with pytest.raises(
        UsageError, match=rf"cannot draw {frames} frames of {height} x {width} pixels"
    ):
        render(build_scene("camera/pan", 0), frames=frames, height=height, width=width)


def test_motion_that_does_not_fit_is_refused():
    scene = build_scene("human/walk", 0)
    with pytest.raises(
        UsageError, match=r"'human/walk' of category 'human': motion .* does not fit"
    ):
        render(replace(scene, motion=(Mover(Still()),)), frames=1, height=16, width=16)
