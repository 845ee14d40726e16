"""Losses against closed forms."""

import math

import numpy as np
import pytest
import torch

from effivmt_adapter.losses import debias, debiased_loss, motion_loss, velocity_loss


def clip(*values: float) -> torch.Tensor:
    """One channel and one place, a value for each latent frame."""
    return torch.tensor(values, dtype=torch.float64).view(1, 1, -1, 1, 1)


def drawn(seed: int, frames: int = 4) -> torch.Tensor:
    return torch.randn(2, 3, frames, 2, 2, generator=torch.Generator().manual_seed(seed))


def test_velocity_loss_is_the_mean_square() -> None:
    assert velocity_loss(clip(1, 2), clip(0, 4)).item() == pytest.approx(2.5)


def test_motion_loss_looks_at_directions_of_differences() -> None:
    target = clip(0, 1, 3)
    assert motion_loss(clip(7, 9, 13), target).item() == pytest.approx(0)  # offset, twice as fast
    assert motion_loss(clip(0, -1, -3), target).item() == pytest.approx(2)
    assert motion_loss(clip(0, 1, -1), target).item() == pytest.approx(1)  # right once, wrong once


def test_motion_loss_is_taken_over_channels_and_places_of_a_pair() -> None:
    predicted, target = drawn(0), drawn(1)
    found = []
    for b in range(2):
        for t in range(3):
            one = (predicted[b, :, t + 1] - predicted[b, :, t]).flatten().numpy()
            other = (target[b, :, t + 1] - target[b, :, t]).flatten().numpy()
            found.append(one @ other / np.linalg.norm(one) / np.linalg.norm(other))
    assert motion_loss(predicted, target).item() == pytest.approx(1 - np.mean(found), abs=1e-6)


def test_absolute_form_compares_sizes_along_time() -> None:
    assert motion_loss(clip(0, -1, -3), clip(0, 1, 3), "absolute").item() == pytest.approx(0)
    found = motion_loss(clip(0, 1, 1), clip(0, 1, 2), "absolute").item()
    assert found == pytest.approx(1 - 1 / math.sqrt(2))


def test_motion_needs_latent_frames() -> None:
    with pytest.raises(ValueError, match="signed motion needs 2 latent frames or more, not 1"):
        motion_loss(clip(1), clip(1))
    # Of one difference the size says nothing: its cosine with any other is 1.
    with pytest.raises(ValueError, match="absolute motion needs 3 latent frames or more, not 2"):
        motion_loss(clip(0, 1), clip(0, 5), "absolute")


def test_debias_takes_out_what_is_shared() -> None:
    velocity = drawn(2)
    expected = math.sqrt(5) * velocity - 2 * velocity[:, :, 1:2]
    torch.testing.assert_close(debias(velocity, anchor=1, beta=2.0), expected)
    assert debiased_loss(velocity, velocity, anchor=0).item() == 0
    assert debiased_loss(clip(1, 1), clip(0, 0), anchor=0).item() == pytest.approx(
        (math.sqrt(2) - 1) ** 2
    )


@pytest.mark.parametrize(
    "loss",
    [
        velocity_loss,
        motion_loss,
        lambda p, t: motion_loss(p, t, "absolute"),
        lambda p, t: debiased_loss(p, t, 1),
    ],
)
def test_gradients_reach_every_latent_frame(loss) -> None:
    predicted = drawn(3).requires_grad_()
    loss(predicted, drawn(4)).backward()
    assert (predicted.grad.abs().amax(dim=(0, 1, 3, 4)) > 0).all()
