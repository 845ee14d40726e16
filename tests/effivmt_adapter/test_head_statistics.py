"""Agreement in closed form, and groups that are there or are not."""

import numpy as np
import pytest
import torch

from effivmt_adapter.head_classification import HeadSplit, Similarities
from effivmt_adapter.head_statistics import agreement, log_ratios, two_groups


def split(text: str) -> HeadSplit:
    return HeadSplit(torch.tensor([[letter == "T" for letter in text]]))


@pytest.mark.parametrize(
    ("first", "second", "equal", "kappa"),
    [
        ("TTss", "TTss", 1, 1),
        ("TTss", "ssTT", 0, -1),
        ("TTss", "TsTs", 0.5, 0),
        ("ssss", "TTss", 0.5, 0),
        ("ssss", "ssss", 1, None),
    ],
)
def test_agreement(first: str, second: str, equal: float, kappa: float | None) -> None:
    found = agreement(split(first), split(second))
    assert (found.equal, found.kappa) == (equal, kappa)
    assert found == agreement(split(second), split(first))


def test_two_groups_are_seen_where_there_are_two() -> None:
    rng = np.random.default_rng(0)
    values = np.concatenate([rng.normal(-2, 0.3, 12), rng.normal(1, 0.3, 24)])
    found = two_groups(rng.permutation(values))
    assert found is not None
    assert found.clear
    assert found.means == pytest.approx((-2, 1), abs=0.25)
    assert found.share == pytest.approx(1 / 3, abs=0.01)
    assert 7 < found.separation < 14


@pytest.mark.parametrize("count", [36, 360])
def test_one_group_is_not_called_two(count: int) -> None:
    rng = np.random.default_rng(0)
    found = [two_groups(rng.normal(size=count)) for _ in range(10)]
    assert not any(each.clear for each in found if each)


def test_evidence_is_free_of_scale_and_shift() -> None:
    values = np.random.default_rng(0).normal(size=20)
    found, moved = two_groups(values), two_groups(100 * values - 7)
    assert found is not None
    assert moved is not None
    assert moved.evidence == pytest.approx(found.evidence, abs=1e-3)
    assert moved.separation == pytest.approx(found.separation, rel=1e-3)


def test_too_few_or_equal_values_have_no_groups() -> None:
    assert two_groups(np.arange(3.0)) is None
    assert two_groups(np.full(10, 0.7)) is None


def test_values_that_are_not_finite_are_refused() -> None:
    with pytest.raises(ValueError, match="not all finite"):
        two_groups(np.array([0.0, 1.0, 2.0, 3.0, np.nan]))


def test_log_ratios_are_finite() -> None:
    some = torch.tensor([[0.5, 0.0, 0.2]], dtype=torch.float64)
    found = log_ratios(Similarities(some, some.flip(1), some, some))
    assert np.isfinite(found).all()
    assert found[0] == pytest.approx(np.log(0.5 / 0.2))
