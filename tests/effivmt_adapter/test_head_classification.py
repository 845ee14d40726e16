"""Rules, controls, and heads whose kind is known."""

import json
import math

import pytest
import torch

from effivmt_adapter.attention_maps import attention_sums, band_templates, frame_templates
from effivmt_adapter.head_classification import HeadSplit, Similarities, classify
from motionbench.errors import UnknownNameError, UsageError

GRID = (4, 3, 3)


def table(*numbers: float) -> torch.Tensor:
    return torch.tensor([numbers], dtype=torch.float64)


@pytest.fixture
def drawn() -> Similarities:
    generator = torch.Generator().manual_seed(0)
    return Similarities(*torch.rand(4, 5, 6, dtype=torch.float64, generator=generator))


def planted(kinds: list[list[bool]], *, sharpness: float) -> Similarities:
    """Heads that look at their own position in any frame (True) or at their own frame (False)."""
    tokens = torch.arange(math.prod(GRID))
    in_frame = GRID[1] * GRID[2]
    generator = torch.Generator().manual_seed(1)
    found = []
    for block in kinds:
        codes = []
        for temporal in block:
            numbers = tokens % in_frame if temporal else tokens // in_frame
            code = torch.nn.functional.one_hot(numbers, len(tokens)).double()
            codes.append(sharpness * code + 0.3 * torch.randn(code.shape, generator=generator))
        inputs = torch.stack(codes, 1)[None]
        found.append(attention_sums(inputs, inputs, frame_templates(GRID)))
    cosines = [torch.cat(each) for each in zip(*(sums.cosines() for sums in found), strict=True)]
    masses = [torch.cat(each) for each in zip(*(sums.masses() for sums in found), strict=True)]
    return Similarities(*cosines, *masses)


@pytest.mark.parametrize("rule", ["ratio", "mass", "quantile"])
@pytest.mark.parametrize("sharpness", [6.0, 20.0])
def test_planted_heads_are_found(rule: str, sharpness: float) -> None:
    kinds = [[True, False, False], [False, True, True], [True, True, False], [False, False, True]]
    similarities = planted(kinds, sharpness=sharpness)
    assert classify(similarities, rule=rule).temporal.tolist() == kinds
    opposite = classify(similarities, rule="inverted", of=rule).temporal
    assert (~opposite).tolist() == kinds


def test_the_ratio_rule_is_the_paper_s() -> None:
    found = Similarities(table(0.4, 0.5, 0.6), table(0.4, 0.4, 0.4), table(0, 0, 0), table(0, 0, 0))
    assert classify(found).temporal.tolist() == [[True, False, False]]
    assert classify(found, alpha=1.26).temporal.tolist() == [[True, True, False]]


def test_the_mass_rule_takes_a_factor_of_1_3() -> None:
    zero = table(0, 0, 0)
    found = Similarities(zero, zero, table(0.2, 0.2, 0.2), table(0.25, 0.27, 0.1))
    assert classify(found, rule="mass").temporal.tolist() == [[False, True, False]]


@pytest.mark.parametrize("share", [0, 0.2, 0.5, 1])
def test_the_quantile_is_a_share_of_the_most_temporal(drawn: Similarities, share: float) -> None:
    temporal = classify(drawn, rule="quantile", share=share).temporal
    assert temporal.sum() == round(share * 30)
    ratio = drawn.temporal / drawn.spatial
    if 0 < share < 1:
        assert ratio[temporal].min() >= ratio[~temporal].max()


def test_a_head_that_looks_at_neither_is_ranked_spatial() -> None:
    found = Similarities(table(0, 0.1), table(0, 0.2), table(0, 0), table(0, 0))
    assert classify(found, rule="quantile").temporal.tolist() == [[False, True]]


@pytest.mark.parametrize("of", ["ratio", "mass", "quantile"])
def test_controls_are_random_and_inverted(drawn: Similarities, of: str) -> None:
    plain = classify(drawn, rule=of, share=0.3)
    shuffled = classify(drawn, rule="random", of=of, share=0.3, seed=1)
    assert shuffled.temporal.sum() == plain.temporal.sum()
    assert torch.equal(
        shuffled.temporal, classify(drawn, rule="random", of=of, share=0.3, seed=1).temporal
    )
    other = classify(drawn, rule="random", of=of, share=0.3, seed=2)
    assert not torch.equal(shuffled.temporal, other.temporal)
    inverted = classify(drawn, rule="inverted", of=of, share=0.3)
    assert torch.equal(inverted.temporal, plain.spatial)


def test_random_leaves_the_global_state_alone(drawn: Similarities) -> None:
    before = torch.get_rng_state()
    classify(drawn, rule="random")
    assert torch.equal(torch.get_rng_state(), before)


def test_a_split_survives_json(drawn: Similarities) -> None:
    split = HeadSplit(torch.cat([classify(drawn).temporal, torch.zeros(1, 6, dtype=torch.bool)]))
    again = HeadSplit.from_json(json.loads(json.dumps(split.to_json())))
    assert torch.equal(again.temporal, split.temporal)


@pytest.mark.parametrize(
    "content",
    [{}, {"heads": 2}, {"heads": 2, "temporal": [[2]]}, {"heads": 2, "temporal": [["a"]]}, []],
)
def test_what_is_no_split_is_refused(content: object) -> None:
    with pytest.raises(UsageError, match="not a head split"):
        HeadSplit.from_json(content)


def test_the_mean_is_taken_field_by_field(drawn: Similarities) -> None:
    twice = Similarities(*(2 * each for each in vars(drawn).values()))
    mean = Similarities.mean([drawn, twice])
    torch.testing.assert_close(mean.temporal_mass, 1.5 * drawn.temporal_mass)


def test_wrong_options_are_refused(drawn: Similarities) -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'ratio'"):
        classify(drawn, rule="ration")
    with pytest.raises(UnknownNameError, match="rule that a control is for 'random'"):
        classify(drawn, rule="inverted", of="random")
    with pytest.raises(UsageError, match=r"share=1.5"):
        classify(drawn, share=1.5)
    with pytest.raises(UsageError, match=r"alpha=0 above 0"):
        classify(drawn, alpha=0)


def test_bands_of_equal_size_favour_nobody() -> None:
    assert band_templates(GRID, 3).uniform_ratio == pytest.approx(1)
    assert frame_templates(GRID).uniform_ratio == pytest.approx(1.5)


def test_similarities_that_are_not_finite_are_refused() -> None:
    good = torch.full((2, 3), 0.5, dtype=torch.float64)
    bad = good.clone()
    bad[1, 2] = float("nan")
    with pytest.raises(UsageError, match="block 1, head 2 are not finite"):
        classify(Similarities(good, bad, good, good))
