"""The short form of `make torture`."""

import os
import subprocess
import sys

import pytest

from tests.support.database import ROOT

pytestmark = [pytest.mark.programs, pytest.mark.world]

SEED, SECONDS = 15, 40


@pytest.mark.timeout(1500)
def test_nothing_is_lost_repeated_or_crossed_under_faults() -> None:
    command = [sys.executable, "-m", "tests.torture", "--seed", str(SEED), "--seconds", str(SECONDS)]
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("GOODWORD_", "DJANGO_"))
    }
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
