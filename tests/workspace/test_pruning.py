"""`goodword prune` deletes what the daily jobs delete, and can count it first."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session

from goodword.accounts.domain.organisation import RetentionSettings, change_retention
from goodword.candidates.models import Candidate
from goodword.cli import main
from goodword.core import clock
from tests.support import factories

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


@pytest.mark.world
def test_people_past_their_retention_period_are_counted_then_erased(
    capsys: pytest.CaptureFixture[str],
) -> None:
    role = factories.role(factories.organisation(erases_old=True, keep_months=6))
    rejected_at = clock.now() - timedelta(days=400)
    for _ in range(2):
        factories.application(role, status="rejected", rejected_at=rejected_at)
    said = []
    for command in (["prune", "--dry-run"], ["prune"], ["prune"]):
        assert main(command) == 0
        lines = capsys.readouterr().out.splitlines()
        said += [line for line in lines if line.startswith("People past")]
    assert said == [f"People past their retention period: {n}" for n in (2, 2, 0)]
    assert not Candidate.objects.of(role.organisation).filter(erased_at=None).exists()


@pytest.mark.world
def test_pruning_erases_nobody_on_the_day_a_retention_rule_is_turned_on(
    capsys: pytest.CaptureFixture[str],
) -> None:
    organisation = factories.organisation()
    rejected_at = clock.now() - timedelta(days=400)
    factories.application(factories.role(organisation), status="rejected", rejected_at=rejected_at)
    change_retention(
        organisation=organisation,
        settings=RetentionSettings(erases_old=True, keep_months=6, erases_hidden=False, hidden_months=6),
        by=factories.member(organisation, kind="admin"),
        now=clock.now(),
    )
    said = []
    for days, command in ((0, ["prune", "--dry-run"]), (0, ["prune"]), (1, ["prune"])):
        with time_machine.travel(clock.now() + timedelta(days=days), tick=False):
            assert main(command) == 0
        lines = capsys.readouterr().out.splitlines()
        said += [line for line in lines if line.startswith("People past")]
    assert said == [f"People past their retention period: {n}" for n in (0, 0, 1)]
