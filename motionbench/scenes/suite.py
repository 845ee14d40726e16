"""The cases of the ``scenes`` suite: which scenes, which prompts, the hash of each reference."""

from collections.abc import Mapping
from dataclasses import replace

from motionbench.cases import CATEGORIES, Case, Category, Prompt, SceneSource
from motionbench.scenes import draws
from motionbench.scenes.captions import caption, vary
from motionbench.scenes.catalogue import SEEDS, build_scene
from motionbench.scenes.render import render
from motionbench.video import content_sha256

FRAMES, SIDE, FPS = 33, 256, 16.0
"""Two seconds. 4 k + 1 frames and multiples of 16 pixels suit models with Wan's video codec."""

MOVES: Mapping[Category, tuple[str, ...]] = {
    "camera": (
        *("pan", "tilt", "truck", "pedestal", "zoom_in", "zoom_out", "dolly", "roll", "orbit"),
        *("handheld", "walk_through", "zoom_roll", "pan_zoom"),
    ),
    "single_object": (
        *("line", "arc", "loop", "figure_eight", "bounce", "throw", "zigzag", "spin", "grow"),
        *("shrink", "accelerate_stop", "spiral", "pendulum"),
    ),
    "multi_object": (
        *("crossing_2", "crossing_3", "swap", "chase_2", "chase_3", "pursuit", "orbit_2"),
        *("orbit_3", "satellite", "collide_2", "collide_3", "scatter", "wander_5"),
    ),
    "human": (
        *("walk", "run", "march", "jump", "jumping_jack", "wave", "wave_both", "squat"),
        *("squat_front", "kick", "dance", "cartwheel", "bow"),
    ),
}
"""The scenes of the suite, one case each."""

_TAGS: Mapping[Category, tuple[str, ...]] = {
    "camera": ("static-content",),
    "single_object": ("static-camera",),
    "multi_object": ("static-camera",),
    "human": ("static-camera",),
}


def plan_cases() -> tuple[Case, ...]:
    """All cases with their prompts, references not rendered yet (``sha256`` is None)."""
    places = [(category, move) for category in CATEGORIES for move in MOVES[category]]
    return tuple(
        _case(category, move, SEEDS["eval"].start + number)
        for number, (category, move) in enumerate(places, start=1)
    )


def hash_reference(case: Case) -> Case:
    """The case with the hash of its rendered reference."""
    source = case.source
    assert isinstance(source, SceneSource)
    scene = build_scene(source.scene, source.seed, split="eval")
    frames = render(scene, frames=source.frames, height=source.height, width=source.width)
    return replace(case, sha256=content_sha256(frames, source.fps))


def _case(category: Category, move: str, seed: int) -> Case:
    name = f"{category}/{move}"
    told = build_scene(name, seed, split="eval").appearance
    rng = draws.stream(seed)
    prompts = (
        Prompt("caption", "caption", caption(told)),
        Prompt("subject", "subject", caption(vary(told, rng, "subject"))),
        Prompt("scene", "scene", caption(vary(told, rng, "scene"))),
    )
    return Case(
        id=f"{category}-{move}".replace("_", "-"),
        category=category,
        caption=caption(told),
        prompts=prompts,
        source=SceneSource(name, seed, FRAMES, SIDE, SIDE, FPS),
        tags=(move.rstrip("_2345").replace("_", "-"), *_TAGS[category]),
    )
