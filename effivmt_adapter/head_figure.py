"""The study of heads as one picture of six plots."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import numpy as np

from effivmt_adapter.head_statistics import log_ratios
from effivmt_adapter.head_study import Study

ALPHAS = tuple(float(alpha) for alpha in np.geomspace(0.1, 20, 81))
DPI = 120


def draw_study(study: Study, *, alpha: float, uniform_ratios: Sequence[float]) -> bytes:
    """A PNG file.

    Args:
        study: What was measured.
        alpha: Marked in the plots of ratios.
        uniform_ratios: Those of attention that is the same everywhere, marked too; one for each
            token grid.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    figure = Figure(figsize=(13, 8), layout="constrained")
    FigureCanvasAgg(figure)
    top, bottom = figure.subplots(2, 3)
    found = study.mean()
    for plot, values, title in (
        (top[0], found.spatial, "Cosine with the spatial template"),
        (top[1], found.temporal, "Cosine with the temporal template"),
        (top[2], study.split().temporal.double(), "Split: temporal heads dark"),
    ):
        shown = plot.imshow(values.numpy(), cmap="PuBu", vmin=0, vmax=1, aspect="auto")
        plot.set(title=title, xlabel="head", ylabel="block")
        for axis in (plot.xaxis, plot.yaxis):
            axis.set_major_locator(MaxNLocator(integer=True))
    figure.colorbar(shown, ax=list(top), label="cosine; split: 1 temporal, 0 spatial")
    _shares(bottom[0], study, alpha, uniform_ratios)
    _ratios(bottom[1], study, alpha, uniform_ratios)
    _agreement(bottom[2], study)
    file = BytesIO()
    # No version of the library in the file: the same numbers give the same bytes.
    figure.savefig(file, dpi=DPI, format="png", metadata={"Software": None})
    return file.getvalue()


def _shares(plot: Any, study: Study, alpha: float, uniform_ratios: Sequence[float]) -> None:
    rows = study.shares(ALPHAS)
    for name in (key for key in rows[0] if key != "alpha"):
        plot.step(ALPHAS, [row[name] for row in rows], where="post", label=name)
    _mark(plot, alpha, uniform_ratios)
    plot.set(xscale="log", ylim=(-0.02, 1.02), xlabel="alpha", ylabel="share of temporal heads")
    plot.set_title("Share of temporal heads, ratio rule")


def _ratios(plot: Any, study: Study, alpha: float, uniform_ratios: Sequence[float]) -> None:
    ratios = [np.exp(log_ratios(study.mean(sigma=sigma))) for sigma in study.sigmas]
    edges = np.geomspace(min(map(np.min, ratios)) * 0.99, max(map(np.max, ratios)) * 1.01, 25)
    for sigma, values in zip(study.sigmas, ratios, strict=True):
        plot.hist(values, bins=edges, histtype="step", label=f"sigma {sigma:g}")
    _mark(plot, alpha, uniform_ratios)
    plot.set(xscale="log", xlabel="spatial / temporal cosine", ylabel="heads")
    plot.set_title("Two groups of heads?")


def _mark(plot: Any, alpha: float, uniform_ratios: Sequence[float]) -> None:
    plot.axvline(alpha, color="black", linestyle="--", label=f"alpha {alpha:g}")
    for ratio in uniform_ratios:
        plot.axvline(ratio, color="grey", linestyle=":", label=f"uniform attention {ratio:.2g}")
    plot.legend(fontsize=8)


def _agreement(plot: Any, study: Study) -> None:
    names = study.references
    equal = np.eye(len(names))
    for row in study.agreements():
        if row["between"] == "reference":
            pair = names.index(row["first"]), names.index(row["second"])
            equal[pair] = equal[pair[::-1]] = row["equal"]
    plot.imshow(equal, cmap="PuBu", vmin=0, vmax=1)
    for row, column in np.ndindex(*equal.shape):
        dark = equal[row, column] > 0.6
        colour = "white" if dark else "black"
        plot.text(column, row, f"{equal[row, column]:.2f}", ha="center", va="center", color=colour)
    plot.set_xticks(range(len(names)), names, rotation=30, ha="right")
    plot.set_yticks(range(len(names)), names)
    plot.set_title("Share of heads split alike, between references")
