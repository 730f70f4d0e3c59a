"""Prometheus' own checker loads the sample alerts."""

import subprocess
from pathlib import Path

import pytest

ALERTS = Path(__file__).resolve().parents[2] / "deploy/prometheus/alerts.yml"


@pytest.mark.proxy
def test_prometheus_accepts_the_alerts() -> None:
    done = subprocess.run(["promtool", "check", "rules", ALERTS], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "SUCCESS: 16 rules found" in done.stdout
