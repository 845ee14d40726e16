"""What is captured is what the transformer computes."""

import math

import pytest
import torch

from motionbench.backbones.capture import Enough, capture
from motionbench.backbones.wan import Backbone


@pytest.fixture
def noised(backbone: Backbone) -> torch.Tensor:
    torch.manual_seed(0)
    return torch.randn(backbone.geometry.latent_shape(9, 16, 32))


def test_captured_queries_and_keys_give_the_attention_s_output(
    backbone: Backbone, noised: torch.Tensor
) -> None:
    text = backbone.encode_text("a star")
    module = backbone.self_attention[1]
    seen: dict[str, torch.Tensor] = {}

    def look(query: torch.Tensor, key: torch.Tensor) -> None:
        seen["query"], seen["key"] = query, key

    hooks = [
        module.to_v.register_forward_hook(lambda *a: seen.update(value=a[2])),
        module.register_forward_hook(lambda *a: seen.update(output=a[2])),
    ]
    with torch.no_grad(), capture(backbone, attention={1: look}):
        backbone.predict_velocity(noised, 0.5, text)
    for hook in hooks:
        hook.remove()
    query, key = (seen[name].transpose(1, 2) for name in ("query", "key"))
    value = seen["value"].unflatten(2, (module.heads, -1)).transpose(1, 2)
    scores = query @ key.transpose(2, 3) / math.sqrt(query.shape[-1])
    mixed = (scores.softmax(-1) @ value).transpose(1, 2).flatten(2)
    torch.testing.assert_close(module.to_out[0](mixed), seen["output"])


def test_features_are_the_blocks_outputs_and_carry_gradients(
    backbone: Backbone, noised: torch.Tensor
) -> None:
    found: list[torch.Tensor] = []
    noised.requires_grad_()
    with capture(backbone, features={0: found.append, 1: found.append}):
        backbone.predict_velocity(noised, 0.5, backbone.encode_text("a star"))
    first, second = found
    assert first.shape == (1, 24, 24)
    (gradient,) = torch.autograd.grad(second.square().sum(), noised)
    assert gradient.abs().sum() > 0
    assert not torch.equal(first, second)


def test_enough_ends_the_pass_and_hooks_go(backbone: Backbone, noised: torch.Tensor) -> None:
    calls = []

    def stop(query: torch.Tensor, _key: torch.Tensor) -> None:
        calls.append(query.shape)
        raise Enough

    text = backbone.encode_text("a star")
    with torch.no_grad():
        with capture(backbone, attention={0: stop}, features={1: lambda _: pytest.fail("ran on")}):
            backbone.predict_velocity(noised, 0.5, text)
        backbone.predict_velocity(noised, 0.5, text)
    assert calls == [(1, 24, 2, 12)]
