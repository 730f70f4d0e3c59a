"""`goodword prune` deletes what the daily jobs delete, and can count it first."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session

from goodword.cli import main
from goodword.core import clock

pytestmark = pytest.mark.django_db


def test_a_dry_run_counts_and_deletes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    Session.objects.create(session_key="a", session_data="", expire_date=clock.now() - timedelta(days=1))
    Session.objects.create(session_key="b", session_data="", expire_date=clock.now() + timedelta(days=1))
    assert main(["prune", "--dry-run"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert "Expired sessions: 1" in said
    assert said[-1] == "Nothing was deleted."
    assert Session.objects.count() == 2
    assert main(["prune"]) == 0
    assert capsys.readouterr().out.splitlines() == said[:-1]
    assert list(Session.objects.values_list("session_key", flat=True)) == ["b"]
