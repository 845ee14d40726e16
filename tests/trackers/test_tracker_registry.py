import subprocess
import sys

import pytest

from motionbench.errors import UnknownNameError, UsageError
from motionbench.trackers import TRACKERS, load_tracker
from motionbench.trackers.lucas_kanade import LucasKanade


def test_every_tracker_is_known_by_its_own_name():
    assert {name: load().name for name, load in TRACKERS.items()} == {
        "cotracker3": "cotracker3",
        "exact": "exact",
        "lucas_kanade": "lucas_kanade",
    }


def test_a_device_is_ignored_by_what_runs_on_the_cpu():
    assert isinstance(load_tracker("lucas_kanade", device="cuda"), LucasKanade)


def test_an_unknown_tracker_suggests_the_nearest():
    with pytest.raises(
        UnknownNameError, match=r"Unknown tracker 'lukas_kanade'\. Did you mean 'luc"
    ):
        load_tracker("lukas_kanade")


def test_an_unknown_setting_suggests_the_nearest():
    with pytest.raises(UnknownNameError, match=r"'chunksize'\. Did you mean 'chunk_size'\?"):
        load_tracker("cotracker3", chunksize=3)


def test_a_missing_setting_is_named():
    with pytest.raises(UsageError, match="tracker exact needs the setting scenes"):
        load_tracker("exact")


def test_the_package_alone_imports_no_backend():
    code = "import sys, motionbench.trackers; print({'cv2', 'torch'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
