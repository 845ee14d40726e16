"""A tiny suite of real files, requests for methods from a file, a ruler that measures quickly."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from runner_doubles import METHODS, CentroidTracker, ColourEmbedder, moving_square

from motionbench.cases import Case, FileSource, Prompt, Suite
from motionbench.manifest import write_suite
from motionbench.ruler import Ruler
from motionbench.runner.generate import Request
from motionbench.runner.tasks import MethodReference
from motionbench.store.info import SuiteSource
from motionbench.video import encode


@pytest.fixture
def quick_ruler() -> Ruler:
    return Ruler("quick", CentroidTracker(), ColourEmbedder(), grid_size=12, working_size=64)


@pytest.fixture
def make_suite(tmp_path: Path) -> Callable[..., SuiteSource]:
    """Writes a suite: two or more cases of different motion, with the given prompts."""

    def make(
        *prompts: str,
        steps: Sequence[tuple[int, int]] = ((2, 1), (0, 2)),
        captions: Sequence[str] = (),
        name: str = "tiny",
    ) -> SuiteSource:
        folder = tmp_path / name
        folder.mkdir()
        cases = []
        for index, step in enumerate(steps):
            path = folder / f"case{index}.mkv"
            encode(moving_square(step=step), path, lossless=True)
            cases.append(
                Case(
                    id=f"case{index}",
                    category="single_object" if index % 2 else "camera",
                    caption=captions[index] if captions else f"a square {index}",
                    prompts=tuple(
                        Prompt(f"p{number}", "subject", text)
                        for number, text in enumerate(prompts or ("a dog", "a cat"))
                    ),
                    source=FileSource(path),
                )
            )
        manifest = folder / "suite.yaml"
        write_suite(Suite(name, "1", "", tuple(cases), "A tiny suite."), manifest)
        return SuiteSource(str(manifest))

    return make


@pytest.fixture
def request_for(make_suite) -> Callable[..., Request]:
    """A request for a method of ``sample_methods`` over a tiny suite."""

    def request(method: str = "Plain", *prompts: str, suite=None, options=None, **more) -> Request:
        return Request(
            MethodReference(f"{METHODS}:{method}", options or {}),
            suite or make_suite(*prompts),
            **more,
        )

    return request
