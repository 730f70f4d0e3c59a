"""Short forms of `make torture`."""

import os
import subprocess
import sys

import pytest

from tests.support.database import ROOT

pytestmark = [pytest.mark.programs, pytest.mark.world]

SEED, SECONDS = 15, 40


@pytest.mark.timeout(1500)
@pytest.mark.parametrize(
    "options",
    [
        pytest.param(["--seconds", str(SECONDS)], id="under faults"),
        pytest.param(
            ["--upgrade", "--rate", "1.5"], id="while the next release takes over and is taken back"
        ),
    ],
)
def test_nothing_is_lost_repeated_or_crossed(options: list[str]) -> None:
    command = [sys.executable, "-m", "tests.torture", "--seed", str(SEED), *options]
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("GOODWORD_", "DJANGO_"))
    }
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
