"""What a piece of work cost."""

import subprocess
import sys

import numpy as np

from motionbench.runner.meter import Meter


def test_memory_is_counted_per_block():
    with Meter() as small:
        np.ones(2**17)
    with Meter() as large:
        np.ones(150 * 2**17)
    with Meter() as after:
        np.ones(2**17)
    assert large.cost.peak_rss_mib > small.cost.peak_rss_mib + 100
    if sys.platform == "linux":
        assert after.cost.peak_rss_mib < large.cost.peak_rss_mib - 100
    assert small.cost.seconds >= 0
    assert small.cost.peak_cuda_mib is None


def test_memory_of_programs_is_counted():
    program = "x = bytearray(b'1') * (300 * 2**20)"
    with Meter() as meter:
        subprocess.run([sys.executable, "-c", program], check=True)
    assert meter.cost.peak_rss_mib > 300
