"""`goodword failed`."""

import pytest
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from goodword.cli import main
from goodword.core.models import Event, Reaction
from tests.support import factories
from tests.support.jobs import waiting

HANDLER = "workflow.domain.automation.on_candidate_changed"


@pytest.fixture
def reaction(db: None) -> Reaction:
    event = Event.objects.create(
        name="candidate.changed", organisation_id=1, actor="x", occurred_at=factories.NOW
    )
    return Reaction.objects.create(event=event, handler=HANDLER, state="failed", tries=8, error="KeyError")


def failed_job(name: str, lock: str | None = None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, attempts, queueing_lock) "
            "VALUES ('default', %s, '{}', 'failed', 8, %s) RETURNING id",
            [name, lock],
        )
        return int(cursor.fetchone()[0])


def test_nothing_has_failed(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["failed"]) == 0
    assert capsys.readouterr().out == "Nothing has failed.\n"


def test_failures_that_need_attention_are_listed(
    reaction: Reaction, capsys: pytest.CaptureFixture[str]
) -> None:
    job = failed_job("automation.sync_there")
    failed_job("email.send")  # covered by a sweep
    assert main(["failed"]) == 1
    at = f"{factories.NOW:%Y-%m-%d %H:%M} UTC"
    assert capsys.readouterr().out.splitlines() == [
        f"reaction:{reaction.pk}  {at}  candidate.changed  {HANDLER}  KeyError  organisation 1",
        f"job:{job}  automation.sync_there  {{}}",
    ]


def test_one_or_all_failures_can_be_retried(reaction: Reaction, capsys: pytest.CaptureFixture[str]) -> None:
    job, other = failed_job("automation.sync_there"), failed_job("automation.invite_there")
    assert main(["failed", "--retry", f"job:{job}"]) == 0
    assert waiting() == [("automation.sync_there", {})]
    assert ProcrastinateJob.objects.get(pk=job).attempts == 0
    assert main(["failed", "--retry"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"Retrying {name}." for name in (f"job:{job}", f"reaction:{reaction.pk}", f"job:{other}")
    ]
    assert {name for name, _ in waiting()} == {
        "automation.sync_there",
        "automation.invite_there",
        "event.react",
    }
    assert main(["failed"]) == 0


def test_retrying_something_that_has_not_failed_is_refused(
    reaction: Reaction, capsys: pytest.CaptureFixture[str]
) -> None:
    failed_job("greenhouse.reconciliation.invite", lock="one")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args, queueing_lock) "
            "VALUES ('default', 'greenhouse.reconciliation.invite', '{}', 'one')"
        )
    before = waiting()
    job = ProcrastinateJob.objects.get(status="failed").pk
    assert main(["failed", "--retry", "job:0", "all", f"job:{job}"]) == 2
    assert capsys.readouterr().err.splitlines() == [
        "goodword: job:0 has not failed, or is being retried already.",
        "goodword: 'all' is not a name listed by `goodword failed`.",
        f"goodword: job:{job} has not failed, or is being retried already.",
    ]
    assert (waiting(), Reaction.objects.get().state) == (before, "failed")
