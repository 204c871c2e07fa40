"""What is set for the thread that trains; in a process of its own, as it stays set."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

_SCRIPT = """
import resource, torch
from ganstudio.training.device import prepare_thread

def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _turn in range(10):
        pieces = [torch.ones(1 << 20) for _each in range(25)]  # 100 MB
        del pieces
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

torch.set_num_threads(1)
faults()
before = faults()
prepare_thread()
faults()
print(before, faults(), float(torch.tensor(1e-40) * 1))
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc is told to keep memory")
def test_freed_memory_is_used_again_and_numbers_near_zero_become_zero() -> None:
    done = subprocess.run([sys.executable, "-c", _SCRIPT], capture_output=True, text=True, check=True)
    before, after, tiny = map(float, done.stdout.split())
    assert after <= before / 10 + 100  # before, 24,544 pages are usually fetched again each time
    assert tiny == 0
