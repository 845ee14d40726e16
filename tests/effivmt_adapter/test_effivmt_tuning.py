"""The loop: it learns, goes on after a kill, touches its own heads alone."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from effivmt_adapter import tuning
from effivmt_adapter.decoupled_attention import Branch, attached
from effivmt_adapter.drawing import ClipFrames, Material, SingleFrames, draw
from effivmt_adapter.head_classification import HeadSplit
from effivmt_adapter.lora import GroupLora, attention_shape
from effivmt_adapter.tuned_file import new_lora
from effivmt_adapter.tuning import Stage, losses_of, rate_share, tune
from motionbench.backbones import load_backbone
from motionbench.backbones.wan import Backbone
from motionbench.errors import MethodError, StoreError

STAGE = Stage(
    name="temporal",
    frames=ClipFrames(2, "random"),
    steps=6,
    learning_rate=1e-2,
    weight_decay=0.1,
    warmup_steps=2,
    decay_share=0.5,
    batch=2,
    accumulation=1,
    gradient_norm=1.0,
    sigma_draw="logit_normal",
    sigma_shift=2.0,
    motion_weight=1.0,
)


def fresh(backbone: Backbone, split: HeadSplit | None, group: str = "temporal") -> GroupLora:
    return new_lora(group, split, attention_shape(backbone), rank=4, alpha=4.0, seed=1)


@pytest.fixture(params=["float32", "bfloat16"])
def any_backbone(folder: Path, request: pytest.FixtureRequest) -> Backbone:
    return load_backbone(str(folder), dtype=request.param)


@pytest.fixture
def run(backbone: Backbone, material: Material, split: HeadSplit, tmp_path: Path):
    """Tunes; gives the LoRA and the progress."""

    def tuned(stage: Stage = STAGE, *, name: str = "one", seed: int = 0, **more):
        lora = fresh(backbone, split, stage.name)
        progress = tune(
            backbone, stage, material, lora, temporal=split.temporal, seed=seed,
            checkpoint=tmp_path / f"{name}.pt", **more,
        )  # fmt: skip
        return lora, progress

    return tuned


def same(one: GroupLora, other: GroupLora) -> bool:
    return all(map(torch.equal, one.state_dict().values(), other.state_dict().values()))


def test_a_clip_is_memorised(
    backbone: Backbone, material: Material, split: HeadSplit, tmp_path: Path
) -> None:
    # What a step can learn without knowing the clip is small: random weights predict nothing.
    stage = replace(
        STAGE, frames=ClipFrames(), steps=150, learning_rate=3e-2, warmup_steps=5,
        weight_decay=0.0, batch=4, motion_weight=0.0,
    )  # fmt: skip
    lora = new_lora("temporal", split, attention_shape(backbone), rank=12, alpha=24.0)
    made = tune(
        backbone, stage, material, lora, temporal=split.temporal, seed=0,
        checkpoint=tmp_path / "memory.pt",
    )  # fmt: skip
    losses = made.losses["loss"]
    assert made.steps == 150
    assert sum(losses[-10:]) < 0.9 * sum(losses[:10])


def test_a_killed_tuning_goes_on_to_the_same_weights(run, monkeypatch) -> None:
    monkeypatch.setattr(tuning, "SAVE_SECONDS", 0.0)
    whole, progress = run(name="whole")
    step = tuning._step

    def killed(*arguments) -> None:
        if arguments[4].steps == 4:
            raise KeyboardInterrupt
        step(*arguments)

    monkeypatch.setattr(tuning, "_step", killed)
    with pytest.raises(KeyboardInterrupt):
        run(name="killed")
    monkeypatch.setattr(tuning, "_step", step)
    resumed, after = run(name="killed")
    assert same(whole, resumed)
    assert after.losses == progress.losses
    # Done is done: nothing moves any more.
    assert same(run(name="killed")[0], whole)
    assert not same(run(name="other", seed=1)[0], whole)


def test_a_broken_checkpoint_is_named(run, tmp_path: Path) -> None:
    (tmp_path / "one.pt").write_bytes(b"torn")
    with pytest.raises(StoreError, match=r"one\.pt cannot be continued from .* Remove it"):
        run()


def test_only_the_lora_moves(
    any_backbone: Backbone, material: Material, split: HeadSplit, tmp_path: Path
) -> None:
    backbone = any_backbone
    told = replace(material, text=backbone.encode_text("a rough wall"))
    before = [p.clone() for block in backbone.blocks for p in block.parameters()]
    processors = [module.processor for module in backbone.self_attention]
    frozen = fresh(backbone, HeadSplit(torch.tensor([[True, False]] * 2)), "spatial")
    kept = {name: value.clone() for name, value in frozen.state_dict().items()}
    state = torch.get_rng_state()
    lora = fresh(backbone, split)
    progress = tune(
        backbone, STAGE, told, lora, frozen=[Branch(frozen.requires_grad_(False))],
        temporal=split.temporal, seed=0, checkpoint=tmp_path / "one.pt",
    )  # fmt: skip
    assert torch.equal(torch.get_rng_state(), state)
    assert set(progress.losses) == {"loss", "velocity", "motion"}
    terms = zip(progress.losses["velocity"], progress.losses["motion"], strict=True)
    total = [velocity + motion for velocity, motion in terms]
    assert progress.losses["loss"] == pytest.approx(total)
    assert all(value.any() for name, value in lora.state_dict().items() if name.endswith("up"))
    assert all(torch.equal(value, kept[name]) for name, value in frozen.state_dict().items())
    after = [p for block in backbone.blocks for p in block.parameters()]
    assert all(map(torch.equal, before, after))
    assert [module.processor for module in backbone.self_attention] == processors


def test_a_group_without_heads_cannot_be_tuned(
    backbone: Backbone, material: Material, tmp_path: Path
) -> None:
    split = HeadSplit(torch.ones(2, 2, dtype=torch.bool))

    def spatial(steps: int) -> int:
        return tune(
            backbone, replace(STAGE, name="spatial", frames=SingleFrames(), steps=steps), material,
            fresh(backbone, split, "spatial"), temporal=split.temporal, seed=0,
            checkpoint=tmp_path / "none.pt",
        ).steps  # fmt: skip

    assert spatial(0) == 0
    with pytest.raises(MethodError, match=r"No head is spatial.* heads_rule=quantile"):
        spatial(1)
    assert not (tmp_path / "none.pt").exists()


def test_recomputing_and_autocast_change_cost_alone(run, backbone: Backbone) -> None:
    calls: list[int] = []
    hook = backbone.blocks[0].norm1.register_forward_hook(lambda *_: calls.append(1))
    plain, progress = run(name="plain")
    once = len(calls)
    again, _ = run(replace(STAGE, recompute=True), name="recompute")
    hook.remove()
    assert (once, len(calls) - once) == (STAGE.steps, 2 * STAGE.steps)
    assert not backbone._transformer.is_gradient_checkpointing
    for one, other in zip(plain.parameters(), again.parameters(), strict=True):
        torch.testing.assert_close(one, other)
    _, rough = run(replace(STAGE, autocast=True), name="autocast")
    assert rough.losses["loss"] == pytest.approx(progress.losses["loss"], rel=0.05)
    assert rough.losses["loss"] != progress.losses["loss"]


def test_accumulated_passes_are_one_step_along_their_mean(
    backbone: Backbone, material: Material, split: HeadSplit, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    lora, stage = fresh(backbone, split), replace(STAGE, steps=1, accumulation=2)
    expected = []
    for number in (0, 1):
        drawn = draw(
            material, stage.frames, batch=2, sigma_draw="logit_normal", sigma_shift=2.0,
            seed=(0, 3, 0, number),
        )  # fmt: skip
        with attached(backbone, [Branch(lora)], temporal=split.temporal), torch.enable_grad():
            loss = losses_of(backbone, stage, drawn, material.text)["loss"]
            # At first ``down`` has no gradient: ``up`` is zero.
            expected.append(torch.autograd.grad(loss, [*lora.parameters()]))
    found: list[torch.Tensor] = []

    def keep(parameters: list[torch.nn.Parameter], _norm: float) -> torch.Tensor:
        found.extend(p.grad.clone() for p in parameters)
        return torch.tensor(1.0)

    monkeypatch.setattr(torch.nn.utils, "clip_grad_norm_", keep)
    made = tune(
        backbone, stage, material, lora, temporal=split.temporal, seed=0,
        checkpoint=tmp_path / "two.pt",
    )  # fmt: skip
    assert made.steps == 1
    assert max(float(gradient.abs().max()) for gradient in found) > 0
    for gradient, first, second in zip(found, *expected, strict=True):
        torch.testing.assert_close(gradient, (first + second) / 2)


def test_divergence_is_named(run) -> None:
    stage = replace(STAGE, learning_rate=1e30, warmup_steps=0, steps=20)
    with pytest.raises(MethodError, match=r"diverged at step \d+.*Lower learning_rate"):
        run(stage)


def test_the_rate_rises_and_falls() -> None:
    stage = replace(STAGE, steps=10, warmup_steps=4, decay_share=0.5)
    found = [rate_share(step, stage) for step in range(10)]
    assert found == pytest.approx([0.25, 0.5, 0.75, 1, 1, 1, 0.8, 0.6, 0.4, 0.2])
    flat = replace(stage, warmup_steps=0, decay_share=0.0)
    assert [rate_share(step, flat) for step in range(10)] == [1.0] * 10


def test_losses_of_a_draw(backbone: Backbone, material: Material) -> None:
    drawn = draw(material, ClipFrames(), batch=2, sigma_draw="uniform", sigma_shift=1.0, seed=(0,))
    stage = replace(STAGE, motion_weight=2.0, debiased_weight=3.0)
    terms = losses_of(backbone, stage, drawn, material.text)
    expected = terms["velocity"] + 2 * terms["motion"] + 3 * terms["debiased"]
    torch.testing.assert_close(terms["loss"], expected)
    plain = losses_of(backbone, replace(STAGE, motion_weight=0.0), drawn, material.text)
    assert set(plain) == {"loss", "velocity"}
    short = draw(
        material, ClipFrames(2), batch=2, sigma_draw="uniform", sigma_shift=1.0, seed=(0,)
    )  # fmt: skip
    absolute = replace(STAGE, motion_form="absolute")
    assert set(losses_of(backbone, absolute, short, material.text)) == {"loss", "velocity"}


def test_sparse_steps_shorten_the_sequence(
    backbone: Backbone, material: Material, split: HeadSplit, tmp_path: Path
) -> None:
    def tokens(stage: Stage) -> set[int]:
        seen: set[int] = set()
        hook = backbone.blocks[0].register_forward_hook(
            lambda module, inputs, output: seen.add(output.shape[1])
        )
        tune(
            backbone, replace(stage, steps=2), material, fresh(backbone, split, stage.name),
            temporal=split.temporal, seed=0, checkpoint=tmp_path / f"{len(seen)}{stage.frames}.pt",
        )  # fmt: skip
        hook.remove()
        return seen

    assert tokens(replace(STAGE, frames=ClipFrames())) == {24}
    assert tokens(STAGE) == {16}
    assert tokens(replace(STAGE, name="spatial", frames=SingleFrames())) == {8}
