"""Which frames fall into which latent frame, and which clips are taken."""

import json
from pathlib import Path

import pytest

from motionbench.backbones.geometry import DEFAULTS_FILE, Defaults, Geometry, read_defaults
from motionbench.cases import VideoSpec
from motionbench.errors import UsageError, WeightsError

WAN = Geometry(Defaults(), temporal_stride=4, spatial_stride=8, patch=(1, 2, 2), channels=16)


def test_the_first_frame_has_a_latent_frame_of_its_own() -> None:
    assert WAN.latent_frames(9) == (0, 1, 1, 1, 1, 2, 2, 2, 2)
    assert WAN.latent_frames(1) == (0,)


def test_shapes_of_wan() -> None:
    assert WAN.latent_shape(81, 480, 832) == (1, 16, 21, 60, 104)
    assert WAN.video_spec == VideoSpec(
        max_frames=81,
        min_frames=5,
        frame_step=4,
        frame_offset=1,
        size=(480, 832),
        size_multiple=16,
        fps=16.0,
    )


@pytest.mark.parametrize(("frames", "near"), [(0, 1), (2, 1), (4, 5), (80, 81)])
def test_wrong_lengths_name_the_nearest(frames: int, near: int) -> None:
    with pytest.raises(UsageError, match=rf"{frames} frames: .* for example {near}\."):
        WAN.latent_shape(frames, 480, 832)


@pytest.mark.parametrize("size", [(0, 16), (24, 16), (16, 8)])
def test_wrong_sizes_are_refused(size: tuple[int, int]) -> None:
    with pytest.raises(UsageError, match="multiples of 16"):
        WAN.latent_shape(5, *size)


def test_defaults_are_wans_where_the_folder_says_nothing(tmp_path: Path) -> None:
    assert read_defaults(tmp_path) == Defaults(480, 832, 81, 16.0, 50, 5.0)
    (tmp_path / DEFAULTS_FILE).write_text(json.dumps({"frames": 17}))
    assert read_defaults(tmp_path).frames == 17


@pytest.mark.parametrize("text", ["[]", '{"lenght": 3}', "{"])
def test_a_wrong_defaults_file_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / DEFAULTS_FILE).write_text(text)
    with pytest.raises(WeightsError, match=DEFAULTS_FILE):
        read_defaults(tmp_path)
