"""`goodword jobs`."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from goodword.cli import main
from goodword.core.models import Event, Reaction
from tests.support import factories
from tests.support.jobs import waiting

HANDLER = "workflow.domain.step_requests.on_candidate_changed"


@pytest.fixture
def reaction(db: None) -> Reaction:
    event = Event.objects.create(
        name="candidate.changed", organisation_id=1, actor="x", occurred_at=factories.NOW
    )
    return Reaction.objects.create(event=event, handler=HANDLER, state="failed", attempts=8, error="KeyError")


def failed_job(name: str, lock: str | None = None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, attempts, queueing_lock) "
            "VALUES ('default', %s, '{}', 'failed', 8, %s) RETURNING id",
            [name, lock],
        )
        return int(cursor.fetchone()[0])


def queued(task: str, *, minutes: int = 0, status: str = "todo") -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, scheduled_at) "
            "VALUES ('default', %s, '{}', %s, now() - %s * interval '1 minute')",
            [task, status, minutes],
        )


def test_an_empty_queue_is_reported(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["jobs", "list"]) == 0
    assert main(["jobs", "list", "--failed"]) == 0
    for verb in ("retry", "clear"):
        assert main(["jobs", verb, "--failed", "--yes"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "Nothing is waiting, running or failed.",
        "Nothing has failed.",
        "Nothing to retry.",
        "Nothing to clear.",
    ]


@pytest.mark.parametrize("command", [["list"], ["list", "--failed"], ["retry"], ["clear"]])
def test_a_misspelt_task_is_refused(db: None, command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["jobs", *command, "--task", "emial.send"]) == 2
    assert main(["jobs", *command, "--task", "TYPO"]) == 2
    near, all_of_them = capsys.readouterr().err.splitlines()
    assert near == "goodword: No task is named 'emial.send'. Did you mean email.send or email.sweep?"
    assert all_of_them.startswith("goodword: No task is named 'TYPO'. There are: accounts.")
    assert "email.send, " in all_of_them
    assert main(["jobs", *command, "--task", "email.send"]) == 0
    assert main(["jobs", *command, "--task", HANDLER]) == 0


def test_a_task_of_another_version_is_listed(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    failed_job("removed.task")
    assert main(["jobs", "list", "--task", "removed.task"]) == 0
    assert "removed.task" in capsys.readouterr().out


def test_a_failed_job_is_listed_without_names_and_addresses(
    db: None, capsys: pytest.CaptureFixture[str]
) -> None:
    pk = failed_job("accounts.mail_security_change")
    ProcrastinateJob.objects.filter(pk=pk).update(
        args={"user_id": 7, "by": "Ann Admin", "address": "192.0.2.7"}
    )
    assert main(["jobs", "list", "--failed"]) == 1
    assert capsys.readouterr().out == f"job:{pk}  accounts.mail_security_change  {{'user_id': 7}}\n"


def test_jobs_and_reactions_are_counted_by_task(
    reaction: Reaction, capsys: pytest.CaptureFixture[str]
) -> None:
    Reaction.objects.create(event=reaction.event, handler="candidates.on_x")
    queued("email.send", minutes=5)
    queued("email.send", minutes=2)
    queued("email.send", minutes=-60)
    queued("email.send", status="doing")
    failed_job("report.make")
    with time_machine.travel(factories.NOW + timedelta(hours=3), tick=False):
        assert main(["jobs", "list"]) == 0
        assert main(["jobs", "list", "--task", "report.make"]) == 0
    assert [line.split(maxsplit=5) for line in capsys.readouterr().out.splitlines()] == [
        ["task", "waiting", "later", "running", "failed", "oldest"],
        ["email.send", "2", "1", "1", "0", "5 minutes"],
        ["report.make", "0", "0", "0", "1"],
        ["candidates.on_x", "1", "0", "0", "0", "3 hours"],
        [HANDLER, "0", "0", "0", "1"],
        ["task", "waiting", "later", "running", "failed", "oldest"],
        ["report.make", "0", "0", "0", "1"],
    ]


def test_failures_that_need_attention_are_listed(
    reaction: Reaction, capsys: pytest.CaptureFixture[str]
) -> None:
    job = failed_job("automation.sync_there")
    failed_job("email.send")  # covered by a sweep
    assert main(["jobs", "list", "--failed"]) == 1
    at = f"{factories.NOW:%Y-%m-%d %H:%M} UTC"
    assert capsys.readouterr().out.splitlines() == [
        f"reaction:{reaction.pk}  {at}  candidate.changed  {HANDLER}  KeyError  organisation 1",
        f"job:{job}  automation.sync_there  {{}}",
    ]


@pytest.mark.world
def test_one_or_all_failures_can_be_retried(reaction: Reaction, capsys: pytest.CaptureFixture[str]) -> None:
    job, other = failed_job("automation.sync_there"), failed_job("automation.invite_there")
    assert main(["jobs", "retry", f"job:{job}"]) == 0
    assert waiting() == [("automation.sync_there", {})]
    assert ProcrastinateJob.objects.get(pk=job).attempts == 0
    assert main(["jobs", "retry", "--failed", "--yes"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"Retrying {name}." for name in (f"job:{job}", f"reaction:{reaction.pk}", f"job:{other}")
    ]
    assert {name for name, _ in waiting()} == {
        "automation.sync_there",
        "automation.invite_there",
        "event.react",
    }
    assert main(["jobs", "list", "--failed"]) == 0


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
    assert main(["jobs", "retry", "job:0", "all", f"job:{job}"]) == 2
    assert capsys.readouterr().err.splitlines() == [
        "goodword: job:0 has not failed, or is already being retried.",
        "goodword: 'all' is not a name listed by `goodword jobs list --failed`.",
        f"goodword: job:{job} has not failed, or is already being retried.",
    ]
    assert (waiting(), Reaction.objects.get().state) == (before, "failed")


def test_many_are_only_listed_without_yes(reaction: Reaction, capsys: pytest.CaptureFixture[str]) -> None:
    job = failed_job("report.make")
    for verb, count in (("retry", 2), ("clear", 1)):
        assert main(["jobs", verb, "--failed"]) == 2
        shown = capsys.readouterr()
        assert f"job:{job}  report.make" in shown.out
        assert shown.err == f"goodword: To {verb} these {count}, add --yes.\n"
    assert ProcrastinateJob.objects.get().status == "failed"
    assert Reaction.objects.get().state == "failed"


def test_the_failures_of_one_task_can_be_retried(
    reaction: Reaction, capsys: pytest.CaptureFixture[str]
) -> None:
    job, other = failed_job("email.send"), failed_job("report.make")
    assert main(["jobs", "retry", "--task", "email.send", "--yes"]) == 0
    assert capsys.readouterr().out == f"Retrying job:{job}.\n"
    assert [row.pk for row in ProcrastinateJob.objects.filter(status="failed")] == [other]
    assert Reaction.objects.get().state == "failed"


@pytest.mark.world
def test_cleared_jobs_are_gone_and_reactions_can_t_be_cleared(
    reaction: Reaction, capsys: pytest.CaptureFixture[str]
) -> None:
    one, two, three = (failed_job("report.make") for _ in range(3))
    assert main(["jobs", "clear", f"job:{one}", f"reaction:{reaction.pk}"]) == 2
    assert "can't be cleared" in capsys.readouterr().err
    assert main(["jobs", "clear", f"job:{one}"]) == 2
    assert main(["jobs", "clear", "--failed", "--yes"]) == 0
    assert capsys.readouterr().out.splitlines() == [f"Cleared job:{pk}." for pk in (three, two)]
    assert not ProcrastinateJob.objects.exists()
    assert Reaction.objects.get().state == "failed"


def test_running_and_waiting_jobs_are_never_cleared(db: None) -> None:
    queued("report.make")
    queued("report.make", status="doing")
    names = [f"job:{pk}" for pk in ProcrastinateJob.objects.values_list("pk", flat=True)]
    assert main(["jobs", "clear", *names]) == 2
    assert main(["jobs", "clear", "--failed", "--yes"]) == 0
    assert ProcrastinateJob.objects.count() == 2


@pytest.mark.parametrize("verb", ["retry", "clear"])
@pytest.mark.parametrize("selection", [[], ["job:1", "--failed"]])
def test_a_selection_is_by_name_or_by_option(
    db: None, capsys: pytest.CaptureFixture[str], verb: str, selection: list[str]
) -> None:
    assert main(["jobs", verb, *selection]) == 2
    assert capsys.readouterr().err == f"goodword: Name what to {verb}, or use --failed or --task.\n"
