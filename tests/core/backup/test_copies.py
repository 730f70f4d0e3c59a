"""A copy restored `--for-looking` sends no mails or notes and runs no jobs, and its pages say so."""

import subprocess

import pytest
from django.urls import reverse

from goodword.core import installation, jobs, outbox, worker
from goodword.core.environment import SettingError
from goodword.core.installation import Mode
from goodword.core.supervise import goodword
from goodword.notifications.models import Email
from tests.core.test_field_keys import connected, delivered
from tests.core.test_killed_worker import here, until
from tests.notifications.mails import queued
from tests.support import factories
from tests.support.pages import signed_in

NOW = factories.NOW


@pytest.fixture(autouse=True)
def read_anew() -> None:
    installation.forget()


@pytest.mark.django_db
def test_an_installation_is_the_same_one_each_time() -> None:
    assert installation.uid() == installation.uid()
    assert (installation.mode(), installation.shown_mode()) == ("", "")


@pytest.mark.django_db
def test_nothing_is_claimed_in_a_copy_until_it_goes_live() -> None:
    email = queued()
    for mode in (Mode.LOOKING, Mode.RESTORING, Mode.MOVED):
        installation.set_mode(mode)
        assert outbox.claim(Email, email.pk, now=NOW) is None
    assert installation.set_mode(Mode.WORKING) == Mode.MOVED
    claimed = outbox.claim(Email, email.pk, now=NOW)
    assert claimed is not None
    assert (claimed.state, claimed.attempts) == (Email.State.SENDING, 1)


@pytest.mark.world
@pytest.mark.django_db
def test_every_page_of_a_copy_says_so() -> None:
    member = factories.member(factories.organisation(slug="acme"))
    client = signed_in(member)
    pages = [reverse("needs_you", args=["acme"]), reverse("account_login")]
    said = "This copy is for inspection only. Nothing is sent from here."
    assert not any(said in client.get(page, follow=True).content.decode() for page in pages)
    installation.set_mode(Mode.LOOKING)
    assert all(said in client.get(page, follow=True).content.decode() for page in pages)


@pytest.mark.django_db
def test_a_copy_takes_no_webhook_so_that_greenhouse_repeats_it() -> None:
    connection = connected()
    installation.set_mode(Mode.LOOKING)
    assert delivered(connection) == 503
    installation.set_mode(Mode.WORKING)
    assert delivered(connection) == 200


@pytest.mark.django_db
def test_pages_are_not_served_from_a_moved_or_half_restored_database() -> None:
    for mode, said in ((Mode.MOVED, "was moved to another server"), (Mode.RESTORING, "has not ended")):
        installation.set_mode(mode)
        with pytest.raises(SettingError, match=said):
            installation.check_may_serve()
    for mode in (Mode.LOOKING, Mode.WORKING):
        installation.set_mode(mode)
        installation.check_may_serve()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("mode", "said"),
    [
        (Mode.MOVED, "No jobs run. This database was moved to another server: set DATABASE_URL to that one."),
        (Mode.RESTORING, "No jobs run. The restore of this database has not ended."),
        (Mode.LOOKING, "this database is a copy for inspection only, so no jobs run."),
    ],
)
def test_a_worker_says_why_it_runs_no_jobs(
    mode: Mode, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    installation.set_mode(mode)
    monkeypatch.setattr("goodword.core.worker.signal.signal", lambda *_: None)
    monkeypatch.setattr("goodword.core.worker.time.sleep", lambda _: installation.set_mode(Mode.WORKING))
    monkeypatch.setattr(
        "goodword.core.worker.connections.close_all", lambda: None
    )  # it is in this test's transaction
    worker._wait_while_copy()
    first, last = capsys.readouterr().err.splitlines()
    assert first.startswith(f"goodword: {said}")
    assert last == "goodword: the database is in use from now on."


@pytest.mark.programs
@pytest.mark.django_db(transaction=True)
def test_a_worker_of_a_copy_runs_nothing_until_it_goes_live() -> None:
    installation.set_mode(Mode.LOOKING)
    jobs.named("jobs.prune").defer()
    worker = subprocess.Popen(goodword("worker"), env=here(), stderr=subprocess.PIPE, text=True)
    try:
        assert worker.stderr is not None
        said = next(line for line in worker.stderr if "copy" in line)
        assert said.strip() == (
            "goodword: this database is a copy for inspection only, so no jobs run. See `goodword go-live`."
        )
        assert waiting() == 1
        installation.set_mode(Mode.WORKING)
        until(lambda: waiting() == 0)
    finally:
        worker.terminate()
        worker.communicate()


@pytest.mark.programs
@pytest.mark.django_db(transaction=True)
def test_a_worker_of_a_copy_stops_when_asked() -> None:
    installation.set_mode(Mode.LOOKING)
    worker = subprocess.Popen(goodword("worker"), env=here(), stderr=subprocess.PIPE, text=True)
    assert worker.stderr is not None
    assert any("copy" in line for line in worker.stderr)
    worker.terminate()
    assert worker.wait(60) == 0
    worker.stderr.close()


def waiting() -> int:
    from procrastinate.contrib.django.models import ProcrastinateJob

    return ProcrastinateJob.objects.filter(task_name="jobs.prune").count()
