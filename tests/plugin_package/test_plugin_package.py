"""A plugin by someone else, installed as they would install it, in a process of its own."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PACKAGE = Path(__file__).parent / "motionbench-mirror"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pip put the plugin."""
    folder = tmp_path_factory.mktemp("plugin")
    # A copy: building must not leave anything in the checkout.
    source = shutil.copytree(PACKAGE, folder / "source")
    target = folder / "site"
    options = ["--quiet", "--disable-pip-version-check", "--no-index", "--no-deps"]
    options += ["--no-build-isolation", "--target", str(target)]
    subprocess.run([sys.executable, "-m", "pip", "install", *options, str(source)], check=True)
    return target


def run(site: Path, code: str) -> Any:
    """Run Python with the plugin installed; its last line of output is JSON."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_it_is_listed_without_being_imported(site: Path) -> None:
    found = run(
        site,
        "import dataclasses, json, sys\n"
        "from motionbench.methods.registry import list_methods\n"
        "(entry,) = (e for e in list_methods() if e.name == 'mirror')\n"
        "print(json.dumps([dataclasses.asdict(entry), 'motionbench_mirror' in sys.modules]))\n",
    )
    assert found == [
        {
            "name": "mirror",
            "target": "motionbench_mirror:Mirror",
            "distribution": "motionbench-mirror",
            "version": "1.2.0",
            "problem": None,
        },
        False,
    ]


def test_its_card_and_options_are_known(site: Path) -> None:
    card, options = run(
        site,
        "import dataclasses, json\n"
        "from motionbench.methods.options import options_of\n"
        "from motionbench.methods.registry import load_card, load_method\n"
        "options = options_of(load_method('mirror').Config)\n"
        "print(json.dumps([dataclasses.asdict(load_card('mirror')), "
        "[dataclasses.asdict(option) for option in options]]))\n",
    )
    assert card["licence"] == "MIT"
    assert options == [
        {
            "name": "axis",
            "type": "'horizontal' or 'vertical'",
            "required": False,
            "default": "horizontal",
            "help": "Which way the picture is turned round.",
        }
    ]


@pytest.mark.parametrize("axis", ["horizontal", "vertical"])
def test_it_runs_with_its_option(site: Path, axis: str) -> None:
    assert run(
        site,
        "import json, pathlib, numpy as np\n"
        "from motionbench.cases import Clip\n"
        "from motionbench.methods.registry import load_method\n"
        f"method = load_method('mirror', options={{'axis': {axis!r}}})\n"
        "frames = np.random.default_rng(0).integers(0, 256, (3, 4, 6, 3), dtype=np.uint8)\n"
        "adapted = method.adapt(Clip(frames, 8.0), '', seed=0, work_dir=pathlib.Path())\n"
        "clip = method.generate(adapted, 'a duck', seed=0)\n"
        f"expected = frames[:, :, ::-1] if {axis!r} == 'horizontal' else frames[:, ::-1]\n"
        "print(json.dumps(bool((clip.frames == expected).all())))\n",
    )


def test_a_wrong_value_of_its_option_is_refused(site: Path) -> None:
    message = run(
        site,
        "import json\n"
        "from motionbench.errors import UsageError\n"
        "from motionbench.methods.registry import load_method\n"
        "try:\n"
        "    load_method('mirror', options={'axis': 'diagonal'})\n"
        "except UsageError as error:\n"
        "    print(json.dumps(str(error)))\n",
    )
    assert "option of mirror 'axis' cannot be 'diagonal'" in message
    assert "'horizontal' or 'vertical'" in message


def test_it_keeps_the_protocol(site: Path) -> None:
    results = run(
        site,
        "import dataclasses, json\n"
        "from motionbench.methods.conformance import check_method\n"
        "from motionbench.methods.registry import load_method\n"
        "results = check_method(lambda: load_method('mirror'))\n"
        "print(json.dumps([dataclasses.asdict(result) for result in results]))\n",
    )
    assert len(results) > 5
    assert [result for result in results if not result["passed"]] == []
