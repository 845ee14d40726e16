"""A text's padding counts as what it is, however it is computed."""

import pytest
import torch

from motionbench.backbones.padding import TEXT_TOKENS, fold
from motionbench.backbones.wan import Backbone


def velocity(backbone: Backbone, text: torch.Tensor) -> torch.Tensor:
    torch.manual_seed(0)
    noised = torch.randn(len(text), *backbone.geometry.latent_shape(9, 16, 32)[1:])
    with torch.no_grad():
        time = torch.tensor(500.0)
        return backbone._velocity(noised, time, text, None)


@pytest.mark.parametrize("prompt", ["", "a star", "a red star and a blue ring on a green grid"])
def test_one_row_stands_for_all_padding(backbone: Backbone, prompt: str) -> None:
    text = backbone.encode_text(prompt)
    folded = fold(text)
    assert folded.shape[1] < 40
    torch.testing.assert_close(velocity(backbone, folded), velocity(backbone, text))
    # The bar is met by more than rounding: without the padding something else comes out.
    unpadded = torch.cat([folded[:, :-1]] * (TEXT_TOKENS // (folded.shape[1] - 1)), dim=1)
    whole = torch.nn.functional.pad(unpadded, (0, 0, 0, TEXT_TOKENS - unpadded.shape[1]))
    assert (velocity(backbone, whole) - velocity(backbone, text)).abs().max() > 1e-4


def test_texts_of_a_batch_fold_to_the_longest(backbone: Backbone) -> None:
    short, long = (backbone.encode_text(text) for text in ("a star", "a red star on a blue grid"))
    both = torch.cat([short, long])
    assert fold(both).shape[1] == fold(long).shape[1]
    torch.testing.assert_close(velocity(backbone, fold(both)), velocity(backbone, both))


def test_a_text_without_padding_stays_whole() -> None:
    text = torch.ones(1, TEXT_TOKENS, 4)
    assert fold(text).shape == text.shape


def test_a_text_in_half_precision_stays_whole(backbone: Backbone) -> None:
    text = backbone.encode_text("a star")
    assert fold(text.bfloat16()).shape == text.shape
    with torch.autocast("cpu", torch.bfloat16):
        assert fold(text).shape == text.shape
