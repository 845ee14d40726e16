"""Help must be instant: what the command line imports before it knows the command is light."""

import subprocess
import sys

import pytest

HEAVY = (
    "torch", "torchvision", "cv2", "av", "open_clip", "diffusers", "transformers",
    "pandas", "scipy", "yaml", "pydantic",
)  # fmt: skip


def loaded_by(code: str) -> set[str]:
    """Heavy modules that are loaded after ``code`` ran in a fresh interpreter."""
    listing = f"import sys; print(*[m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{listing}"], capture_output=True, text=True, check=True
    )
    return set(done.stdout.splitlines()[-1].split() if done.stdout.strip() else ())


@pytest.mark.parametrize(
    "code",
    [
        "import motionbench",
        "import motionbench.cases, motionbench.tracks, motionbench.errors",
        "import motionbench.cli",
        "from motionbench.methods.base import Method",
        "from motionbench.backbones import load_backbone",
        "import sys; sys.argv = ['motionbench', '--help']\n"
        "from motionbench.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass",
    ],
)
def test_loads_nothing_heavy(code: str) -> None:
    assert loaded_by(code) == set()


def test_a_heavy_import_is_noticed() -> None:
    assert loaded_by("import yaml") == {"yaml"}
