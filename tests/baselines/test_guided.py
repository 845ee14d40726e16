"""Guidance methods, SDEdit and shifted positions on a backbone with random weights."""

import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from baselines import ditflow, guidance, moft, rope_shift, sdedit, smm
from baselines.guidance import Guided, descend
from baselines.inversion import invert
from baselines.look import look
from motionbench.backbones.wan import Backbone
from motionbench.cases import Clip
from motionbench.methods.base import Method

PROMPT = "a red star on a blue dotted background"
REFERENCE = Clip(
    np.random.default_rng(0).integers(0, 256, (9, 16, 32, 3), dtype=np.uint8), fps=10.0
)
GUIDED = {"ditflow": ditflow.DiTFlow, "smm": smm.SpatialMarginalMeans, "moft": moft.MotionFeatures}
METHODS: dict[str, type[Method]] = {
    **GUIDED,
    "sdedit": sdedit.SDEdit,
    "rope_shift": rope_shift.RopeShift,
}

Make = Callable[..., Any]


@pytest.fixture
def make(folder: Path) -> Make:
    """A method by name and options."""

    def load(name: str, **options: Any) -> Any:
        method = METHODS[name]
        return method(method.Config(backbone=str(folder), guidance=1.0, **options))

    return load


def run(method: Method, work_dir: Path, seed: int = 3) -> np.ndarray:
    adapted = method.adapt(REFERENCE, "anything", seed=0, work_dir=work_dir)
    clip = method.generate(adapted, PROMPT, seed=seed)
    assert clip.fps == REFERENCE.fps
    return clip.frames


@pytest.mark.slow
def test_they_keep_the_protocol(folder: Path) -> None:
    # In one process without the shape checker, which draws from the global generator itself.
    code = (
        "import sys\n"
        "from motionbench.methods.conformance import check_method\n"
        "from motionbench.methods.registry import load_method\n"
        "options = {'backbone': sys.argv[1], 'steps': 2, 'guidance': 1.0}\n"
        "for name in sys.argv[2:]:\n"
        "    load = lambda: load_method(name, options=options)\n"
        "    print(*(result for result in check_method(load) if not result.passed))\n"
    )
    names = [f"{method.__module__}:{method.__name__}" for method in METHODS.values()]
    command = [sys.executable, "-W", "ignore", "-c", code, str(folder), *names]
    found = subprocess.run(command, check=True, capture_output=True, text=True)
    assert found.stdout == "\n" * len(METHODS)


@pytest.mark.parametrize("name", METHODS)
def test_cards_tell_who_wrote_what(name: str) -> None:
    card = METHODS[name].card
    assert card.name == name
    assert "arXiv" in card.citation
    assert not card.control
    assert not card.tunes_per_reference


@pytest.mark.parametrize("name", GUIDED)
def test_the_loss_falls_along_its_gradient(name: str, make: Make, backbone: Backbone) -> None:
    method: Guided = make(name)
    latents = backbone.encode(REFERENCE.frames)
    grid = backbone.geometry.token_grid(latents.shape)
    text = backbone.encode_text("")

    def seen(latents: torch.Tensor) -> Any:
        return look(backbone, method.what, 1, latents, 0.5, text)

    with torch.no_grad():
        target = method.target(seen(latents), grid)

    def loss(latents: torch.Tensor) -> torch.Tensor:
        return method.loss(seen(latents), target, grid)

    if name != "ditflow":  # Its target is the nearest match, its sample's flow is expected.
        assert float(loss(latents)) == pytest.approx(0, abs=1e-12)
    sample = torch.randn(latents.shape, generator=torch.Generator().manual_seed(0))
    before = float(loss(sample))
    after = float(loss(descend(sample, loss, updates=5, rate=0.01)))
    assert 0 < after < before


@pytest.mark.parametrize("name", GUIDED)
@pytest.mark.parametrize("optimise", ["latents", "positions"])
def test_guidance_changes_the_clip_and_repeats(
    name: str, optimise: str, make: Make, tmp_path: Path, backbone: Backbone
) -> None:
    method = make(name, optimise=optimise, learning_rate=0.2, guided_steps=0.6)
    clip = run(method, tmp_path)
    alone = backbone.decode(backbone.sample(PROMPT, seed=3, guidance=1.0))
    assert clip.shape == alone.shape
    assert not np.array_equal(clip, alone)
    np.testing.assert_array_equal(run(method, tmp_path), clip)
    assert not np.array_equal(run(method, tmp_path, seed=4), clip)


@pytest.mark.parametrize("name", GUIDED)
@pytest.mark.parametrize("read", ["clean", "noised", "inverted"])
def test_a_target_for_each_guided_step(name: str, read: str, make: Make, tmp_path: Path) -> None:
    more = {"low_frequencies": 0} if name == "smm" else {}
    method: Guided = make(name, read=read, guided_steps=0.6, **more)
    adapted = method.adapt(REFERENCE, "", seed=0, work_dir=tmp_path)
    assert len(adapted.targets) == 2
    assert (adapted.inverted is None) == (read != "inverted")
    assert (adapted.targets[0] is adapted.targets[1]) == (read == "clean")


def test_recomputing_changes_no_gradient(backbone: Backbone) -> None:
    text = backbone.encode_text(PROMPT)
    forwards = [vars(block).get("forward") for block in backbone.blocks]
    gradients, forwards_of_first = [], []
    calls = []
    hook = backbone.blocks[0].norm1.register_forward_hook(lambda *_: calls.append(1))
    for recompute in (False, True):
        calls.clear()
        noised = torch.randn(1, 4, 2, 2, 4, generator=torch.Generator().manual_seed(0))
        noised.requires_grad_()
        seen = look(backbone, "attention", 1, noised, 0.5, text, recompute=recompute)
        gradients.append(torch.autograd.grad((seen[0] * seen[1]).sum(), noised)[0])
        forwards_of_first.append(len(calls))
    hook.remove()
    assert forwards_of_first == [1, 2]
    torch.testing.assert_close(*gradients)
    assert gradients[0].abs().sum() > 0
    assert [vars(block).get("forward") for block in backbone.blocks] == forwards


@pytest.mark.parametrize(("small", "expected"), [(23, True), (24, False)])
def test_large_clips_are_recomputed_unless_told(
    small: int, expected: bool, make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    def spy(*arguments: Any, recompute: bool, **named: Any) -> Any:
        seen.append(recompute)
        return look(*arguments, recompute=recompute, **named)

    monkeypatch.setattr(guidance, "SMALL_CLIP", small)
    monkeypatch.setattr(guidance, "look", spy)
    make("moft", read="clean").adapt(REFERENCE, "", seed=0, work_dir=tmp_path)
    make("moft", read="clean", recompute=not expected).adapt(
        REFERENCE, "", seed=0, work_dir=tmp_path
    )
    assert seen == [expected, not expected]


def test_descending_finds_the_minimum() -> None:
    start, goal = torch.zeros(3), torch.tensor([1.0, -2.0, 0.5])
    found = descend(start, lambda x: 1e-12 * (x - goal).square().mean(), updates=300, rate=0.05)
    torch.testing.assert_close(found, goal, atol=1e-2, rtol=0)
    assert not start.any()
    assert not found.requires_grad


def test_inversion_is_undone_by_euler_steps(backbone: Backbone) -> None:
    latents = backbone.encode(REFERENCE.frames)
    text = backbone.encode_text("")
    errors = []
    for steps in (4, 32):
        path = invert(backbone, latents, text, steps)
        assert len(path) == steps
        sigmas, x = backbone.sigmas(steps), path[0]
        with torch.no_grad():
            for here, there in pairwise(sigmas):
                x = x + (there - here) * backbone.predict_velocity(x, here, text)
        errors.append(float((x - latents).abs().max()))
    assert errors[1] < errors[0] / 3 < 0.1


def test_smm_starts_from_the_inverted_reference_s_low_frequencies(make: Make) -> None:
    method = make("smm", low_frequencies=2)
    adapted = method.adapt(REFERENCE, "", seed=0, work_dir=Path())
    noise = torch.randn(adapted.shape, generator=torch.Generator().manual_seed(0))
    start = method.start(adapted, noise)
    expected = adapted.inverted.mean((3, 4))
    torch.testing.assert_close(start.mean((3, 4)), expected, atol=1e-5, rtol=0)
    assert not torch.equal(start, adapted.inverted)


@pytest.mark.parametrize(("strength", "step"), [(1.0, 0), (0.74, 1), (0.7, 2), (0.01, 3)])
def test_strength_is_the_nearest_sigma(strength: float, step: int) -> None:
    assert sdedit.nearest_step([1.0, 0.8, 0.6, 0.3, 0.0], strength) == step


def test_sdedit_keeps_the_more_the_weaker_it_is(
    make: Make, tmp_path: Path, backbone: Backbone
) -> None:
    kept = backbone.decode(backbone.encode(REFERENCE.frames)).astype(float)
    clips = [run(make("sdedit", steps=20, strength=strength), tmp_path) for strength in (0.2, 1.0)]
    weak, strong = (float(np.abs(clip - kept).mean()) for clip in clips)
    assert weak < strong
    alone = backbone.decode(backbone.sample(PROMPT, seed=3, steps=20, guidance=1.0))
    np.testing.assert_allclose(clips[1].astype(float), alone, atol=2)


def test_shifted_positions_are_seen_for_the_steps_asked(
    make: Make, tmp_path: Path, backbone: Backbone
) -> None:
    alone = backbone.decode(backbone.sample(PROMPT, seed=3, guidance=1.0))
    np.testing.assert_array_equal(run(make("rope_shift", warped_steps=0.0), tmp_path), alone)
    some, all_ = (run(make("rope_shift", warped_steps=share), tmp_path) for share in (0.4, 1.0))
    assert not np.array_equal(some, alone)
    assert not np.array_equal(some, all_)
    adapted = make("rope_shift").adapt(REFERENCE, "", seed=0, work_dir=tmp_path)
    positions = adapted.positions
    latents = backbone.sample(PROMPT, seed=3, guidance=1.0, positions=positions)
    np.testing.assert_array_equal(all_, backbone.decode(latents))
