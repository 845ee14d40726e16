"""Stands in for the real repository: the same entry, call and outputs, and a motion that is known.

Every point moves by the model's one weight, plus a thousandth of a pixel for each point it is
tracked with (real ones attend to each other too), and is visible where the picture is bright there.
"""

import random

import numpy as np
import torch

# So does the real one, when it is imported.
torch.manual_seed(0)


class Model(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.velocity = torch.nn.Parameter(torch.zeros(2))


class Predictor(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.model = Model()

    def forward(self, video, queries=None, grid_size=0, backward_tracking=False):
        random.random(), np.random.rand(), torch.rand(1)  # noqa: NPY002
        batch, frames, channels, height, width = video.shape
        assert (batch, channels, video.dtype) == (1, 3, torch.float32)
        assert queries.dtype == torch.float32
        assert grid_size == 0
        t, places = queries[0, :, 0], queries[0, :, 1:]
        steps = torch.arange(frames)[:, None] - t
        if not backward_tracking:
            steps = steps.clamp(min=0)
        step = self.model.velocity + 0.001 * len(places)
        tracks = places + steps[..., None] * step
        x, y = tracks.round().long().unbind(-1)
        bright = video[0, torch.arange(frames)[:, None], 0, y.clamp(0, height - 1)]
        visible = bright.gather(2, x.clamp(0, width - 1)[..., None])[..., 0] > 127
        return tracks[None], visible[None]


def cotracker3_offline(*, pretrained=True, **kwargs):
    if pretrained:
        raise AssertionError("weights are read by the adapter")
    return Predictor()
