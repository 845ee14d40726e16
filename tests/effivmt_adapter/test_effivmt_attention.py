"""Self-attention in two paths: exact before LoRA, the paper's form with it, groups kept apart."""

from typing import Any

import pytest
import torch
from diffusers import WanTransformer3DModel
from torch.nn import functional

from effivmt_adapter.decoupled_attention import Branch, DecoupledAttention, attached
from effivmt_adapter.head_classification import HeadSplit
from effivmt_adapter.lora import AttentionShape, BlockLora, GroupLora, LowRank, attention_shape
from effivmt_adapter.tuned_file import new_lora
from motionbench.backbones.capture import queries_and_keys
from motionbench.backbones.rotary import grid_positions, rotary_tables, rotate
from motionbench.backbones.wan import Backbone

SHAPE = AttentionShape(blocks=2, heads=4, head_width=12)
TEMPORAL = torch.tensor([[True, False, False, True], [False, True, True, True]])


class Holder:
    """As much of a backbone as attention needs."""

    device = torch.device("cpu")

    def __init__(self, transformer: WanTransformer3DModel) -> None:
        self.transformer = transformer

    @property
    def self_attention(self) -> list[Any]:
        return [block.attn1 for block in self.transformer.blocks]


def wan(heads: int, head_width: int) -> Holder:
    torch.manual_seed(0)
    transformer = WanTransformer3DModel(
        patch_size=(1, 2, 2), num_attention_heads=heads, attention_head_dim=head_width,
        in_channels=4, out_channels=4, text_dim=16, freq_dim=16, ffn_dim=32, num_layers=2,
        rope_max_seq_len=32,
    ).double()  # fmt: skip
    for block in transformer.blocks:
        for norm in (block.attn1.norm_q, block.attn1.norm_k):
            torch.nn.init.uniform_(norm.weight, 0.5, 1.5)
    return Holder(transformer.requires_grad_(False).eval())


def trained(lora: GroupLora, *, seed: int = 5) -> GroupLora:
    """With weights that do something."""
    generator = torch.Generator().manual_seed(seed)
    for parameter in lora.parameters():
        parameter.data = torch.randn(parameter.shape, generator=generator, dtype=torch.float64)
    return lora


def velocity(holder: Holder) -> torch.Tensor:
    generator = torch.Generator().manual_seed(1)
    latents = torch.randn(2, 4, 3, 4, 8, generator=generator, dtype=torch.float64)
    text = torch.randn(2, 5, 16, generator=generator, dtype=torch.float64)
    return holder.transformer(latents, torch.tensor([300.0, 700.0]), text, return_dict=False)[0]


@pytest.mark.parametrize(("heads", "head_width"), [(4, 12), (3, 128)])
@torch.no_grad()
def test_untrained_lora_changes_nothing(heads: int, head_width: int) -> None:
    holder = wan(heads, head_width)
    before = velocity(holder)
    temporal = torch.zeros(2, heads, dtype=torch.bool)
    temporal[0, ::2] = temporal[1, 1] = True
    shape = AttentionShape(2, heads, head_width)
    split = HeadSplit(temporal)
    branches = [
        Branch(new_lora(group, split, shape, rank=3, alpha=6.0))
        for group in ("spatial", "temporal")
    ]
    with attached(holder, branches, temporal=temporal):
        torch.testing.assert_close(velocity(holder), before, rtol=0, atol=1e-12)
    with attached(holder, [], temporal=temporal):
        torch.testing.assert_close(velocity(holder), before, rtol=0, atol=1e-12)


@torch.no_grad()
def test_afterwards_the_backbone_is_as_before() -> None:
    holder = wan(4, 12)
    before, processors = velocity(holder), [m.processor for m in holder.self_attention]
    lora = trained(GroupLora(TEMPORAL, SHAPE, rank=2, alpha=2.0, seed=0))
    with attached(holder, [Branch(lora)], temporal=TEMPORAL):
        assert not torch.equal(velocity(holder), before)
    assert [m.processor for m in holder.self_attention] == processors
    assert torch.equal(velocity(holder), before)


@pytest.fixture
def block() -> tuple[Any, torch.Tensor, tuple[torch.Tensor, torch.Tensor]]:
    """An attention module, tokens, rotary tables."""
    module = wan(4, 12).self_attention[0]
    generator = torch.Generator().manual_seed(2)
    tokens = torch.randn(2, 12, 48, generator=generator, dtype=torch.float64)
    return module, tokens, rotary_tables(grid_positions(torch.arange(3), 2, 2), 12)


def parts_of(*groups: str, scale: float = 1.0) -> list[tuple[BlockLora, float]]:
    loras = [
        trained(new_lora(group, HeadSplit(TEMPORAL), SHAPE, rank=3, alpha=6.0), seed=len(group))
        for group in groups
    ]
    return [(lora.block(0), scale) for lora in loras]


def rms(x: torch.Tensor, eps: float) -> torch.Tensor:
    return (x.square().mean(-1, keepdim=True) + eps).rsqrt()


def two_paths(module: Any, tokens: torch.Tensor, rotary: Any, parts: Any) -> torch.Tensor:
    """The rearranged form: rows and columns in two layers, norm weights permuted, one attention."""
    spatial, temporal = (~TEMPORAL[0]).nonzero()[:, 0], TEMPORAL[0].nonzero()[:, 0]
    channels = [(12 * heads[:, None] + torch.arange(12)).flatten() for heads in (spatial, temporal)]

    def delta(lora: LowRank, x: torch.Tensor) -> torch.Tensor:
        return 2.0 * x @ lora.down.T @ lora.up.T

    def path(layer: Any, index: int, name: str | None) -> torch.Tensor:
        rows = channels[index]
        frozen = functional.linear(tokens, layer.weight[rows], layer.bias[rows])
        return frozen if name is None else frozen + delta(getattr(parts[index][0], name), tokens)

    def normalised(name: str, layer: Any, norm: Any) -> torch.Tensor:
        tuned = [path(layer, index, name) for index in (0, 1)]
        frozen = [path(layer, index, None) for index in (0, 1)]
        scales = [
            rms(torch.cat([tuned[0], frozen[1]], -1), norm.eps),
            rms(torch.cat([frozen[0], tuned[1]], -1), norm.eps),
        ]
        both = torch.cat([x * scale for x, scale in zip(tuned, scales, strict=True)], -1)
        both = both * norm.weight[torch.cat(channels)]
        return rotate(both.unflatten(2, (4, 12)), rotary).transpose(1, 2)

    query = normalised("q", module.to_q, module.norm_q)
    key = normalised("k", module.to_k, module.norm_k)
    value = torch.cat([path(module.to_v, index, "v") for index in (0, 1)], -1)
    value = value.unflatten(2, (4, 12)).transpose(1, 2)
    weights = (query @ key.transpose(2, 3) / 12**0.5).softmax(-1)
    mixed = (weights @ value).transpose(1, 2)
    total = module.to_out[0].bias
    for index, own in enumerate((mixed[:, :, : len(spatial)], mixed[:, :, len(spatial) :])):
        own = own.flatten(2)
        total = total + own @ module.to_out[0].weight[:, channels[index]].T
        total = total + delta(parts[index][0].o, own)
    return total


@torch.no_grad()
def test_it_is_the_rearranged_form(block) -> None:
    module, tokens, rotary = block
    parts = parts_of("spatial", "temporal")
    found = DecoupledAttention(parts, TEMPORAL[0])(module, tokens, None, None, rotary)
    expected = two_paths(module, tokens, rotary, parts)
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("group", ["spatial", "temporal"])
@torch.no_grad()
def test_lora_of_a_group_leaves_the_other_groups_heads(block, group: str) -> None:
    module, tokens, rotary = block
    own = TEMPORAL[0] if group == "temporal" else ~TEMPORAL[0]
    frozen = DecoupledAttention([], TEMPORAL[0]).mix(module, tokens, rotary)
    tuned = DecoupledAttention(parts_of(group), TEMPORAL[0]).mix(module, tokens, rotary)
    torch.testing.assert_close(tuned[:, :, ~own], frozen[:, :, ~own], rtol=0, atol=1e-12)
    assert (tuned - frozen)[:, :, own].abs().amin(dim=(0, 1, 3)).min() > 0
    # With the ordinary norm it would not: this is what is being guarded against.
    ordinary = DecoupledAttention(parts_of(group), None).mix(module, tokens, rotary)
    assert (ordinary - frozen)[:, :, ~own].abs().max() > 1e-3


@torch.no_grad()
def test_temporal_heads_do_not_see_whether_the_spatial_lora_is_there(block) -> None:
    module, tokens, rotary = block
    alone = DecoupledAttention(parts_of("temporal"), TEMPORAL[0]).mix(module, tokens, rotary)
    both = DecoupledAttention(parts_of("spatial", "temporal"), TEMPORAL[0])
    together = both.mix(module, tokens, rotary)
    own = TEMPORAL[0]
    torch.testing.assert_close(together[:, :, own], alone[:, :, own], rtol=0, atol=1e-12)


@torch.no_grad()
def test_capture_sees_what_heads_with_lora_compare(block) -> None:
    module, tokens, rotary = block
    frozen = queries_and_keys(module, tokens, rotary)
    processor = DecoupledAttention(parts_of("temporal"), TEMPORAL[0])
    module.set_processor(processor)
    query, key = queries_and_keys(module, tokens, rotary)
    assert not torch.allclose(query, frozen[0])
    value = module.to_v(tokens).unflatten(2, (4, 12))
    value = processor._tuned("v", value, tokens)
    mixed = functional.scaled_dot_product_attention(
        *(part.transpose(1, 2) for part in (query, key, value))
    )
    found = processor.mix(module, tokens, rotary)
    torch.testing.assert_close(mixed.transpose(1, 2), found, rtol=0, atol=1e-12)


@torch.no_grad()
def test_lora_on_all_heads_is_ordinary_lora(block) -> None:
    module, tokens, rotary = block
    everything = torch.ones(2, 4, dtype=torch.bool)
    lora = trained(GroupLora(everything, SHAPE, rank=2, alpha=3.0, seed=0)).block(0)
    found = DecoupledAttention([(lora, 0.5)], None)(module, tokens, None, None, rotary)
    for layer, name in ((module.to_q, "q"), (module.to_k, "k"), (module.to_v, "v"),
                        (module.to_out[0], "o")):  # fmt: skip
        part = getattr(lora, name)
        layer.weight += 0.5 * 1.5 * part.up @ part.down
    torch.testing.assert_close(found, module(tokens, None, None, rotary), rtol=0, atol=1e-12)


@pytest.mark.parametrize("value", [True, False])
@torch.no_grad()
def test_a_block_may_have_heads_of_one_kind_only(value: bool) -> None:
    holder = wan(4, 12)
    before = velocity(holder)
    temporal = torch.full((2, 4), value)
    temporal[1, 2] = not value
    split = HeadSplit(temporal)
    for group in ("spatial", "temporal"):
        lora = trained(new_lora(group, split, SHAPE, rank=2, alpha=2.0))
        assert sum(lora.block(index) is None for index in (0, 1)) == (value == (group == "spatial"))
        with attached(holder, [Branch(lora)], temporal=temporal):
            assert not torch.allclose(velocity(holder), before)
    nothing = GroupLora(torch.zeros(2, 4, dtype=torch.bool), SHAPE, rank=2, alpha=2.0, seed=0)
    assert list(nothing.parameters()) == []
    with attached(holder, [Branch(nothing)], temporal=torch.ones(2, 4, dtype=torch.bool)):
        torch.testing.assert_close(velocity(holder), before, rtol=0, atol=1e-12)


def test_scales_and_initial_weights() -> None:
    lora = GroupLora(TEMPORAL, SHAPE, rank=4, alpha=2.0, seed=3)
    again = GroupLora(TEMPORAL, SHAPE, rank=4, alpha=2.0, seed=3)
    other = GroupLora(TEMPORAL, SHAPE, rank=4, alpha=2.0, seed=4)
    for name, value in lora.state_dict().items():
        assert torch.equal(value, again.state_dict()[name])
        if name.endswith("up"):
            assert not value.any()
        else:
            assert not torch.equal(value, other.state_dict()[name])
            assert 0 < value.abs().max() <= value.shape[1] ** -0.5
    part = trained(lora).block(0)
    tokens = torch.randn(1, 3, 48, dtype=torch.float64)
    expected = 0.5 * (tokens @ part.q.down.T @ part.q.up.T)
    torch.testing.assert_close(part.into_heads("q", tokens).flatten(2), expected)


def test_shape_of_a_backbone(backbone: Backbone) -> None:
    assert attention_shape(backbone) == AttentionShape(blocks=2, heads=2, head_width=12)
    assert attention_shape(backbone).width == 24
