"""Nightly backups of the embedded database: schedule, retention, health page."""

import os
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django.fixtures import Settings

from goodword.candidates.domain.erasure_requests import Reason, carry_out_erasure, request_erasure
from goodword.core import installation
from goodword.core.backup import archive, erasures, nightly
from goodword.core.backup.programs import ConnectionParameters
from goodword.core.doctor.findings import DoctorFinding, State, attention
from goodword.core.models import BackupRun
from tests.support import factories

NIGHT = datetime(2026, 3, 3, 2, 7, tzinfo=UTC)


@pytest.fixture(autouse=True)
def kept(settings: Settings, tmp_path: Path) -> Path:
    settings.GOODWORD_BACKUPS = tmp_path / "backups"
    settings.GOODWORD_KEEP_BACKUPS = 2
    return tmp_path / "backups"


def done(at: datetime, **values: object) -> BackupRun:
    return BackupRun.objects.create(
        nightly=True, **{"state": "done", "started_at": at, "size": 1_500_000} | values
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("last", "due"),
    [
        (None, True),
        (NIGHT - timedelta(hours=1), True),
        (NIGHT - timedelta(minutes=7), False),
        (NIGHT - timedelta(days=1), True),
        (NIGHT, False),
    ],
)
def test_a_backup_is_due_each_night_from_two_oclock(last: datetime | None, due: bool) -> None:
    if last:
        done(last)
    done(NIGHT, state="failed")
    BackupRun.objects.create(state="done", started_at=NIGHT)  # by a person
    assert nightly.is_due(now=NIGHT) is due


@pytest.mark.programs
@pytest.mark.django_db(transaction=True)
def test_the_newest_backups_and_those_made_by_hand_are_kept(kept: Path) -> None:
    kept.mkdir()
    own = kept / "goodword-2026-01-01T000000Z.goodword"
    own.touch()
    ahead = kept / "goodword-2027-01-01T020700Z-nightly.goodword"  # from when the clock was ahead
    ahead.touch()
    left = kept / f".one{archive.PART}"
    left.touch()
    os.utime(left, (0, 0))
    done(NIGHT, state="running")  # by a worker that died
    for day in range(3):
        run = nightly.back_up(now=NIGHT + timedelta(days=day))
        assert run is not None
        assert (run.state, run.error) == ("done", "")
    assert sorted(path.name for path in kept.iterdir()) == [
        "erasures.jsonl",
        "goodword-2026-01-01T000000Z.goodword",
        "goodword-2026-03-04T020700Z-nightly.goodword",
        "goodword-2026-03-05T020700Z-nightly.goodword",
        "goodword-2027-01-01T020700Z-nightly.goodword",
    ]
    with archive.opened(kept / "goodword-2026-03-05T020700Z-nightly.goodword") as opened:
        assert sum(map(len, opened.pieces())) > 0
    states = list(BackupRun.objects.order_by("pk").values_list("state", "error"))
    assert states == [("failed", "The worker was stopped meanwhile."), *[("done", "")] * 3]


@pytest.mark.programs
@pytest.mark.django_db(transaction=True)
def test_only_one_process_makes_the_backup(kept: Path) -> None:
    with nightly._alone(ConnectionParameters.of_django()) as first:
        assert first
        assert nightly.back_up(now=NIGHT) is None
    assert not BackupRun.objects.exists()


@pytest.mark.django_db
def test_a_failed_backup_is_reported_and_due_again(kept: Path) -> None:
    kept.touch()  # a file where the folder should be
    run = nightly.back_up(now=NIGHT)
    assert run is not None
    error = f"GOODWORD_BACKUPS ({kept}) can't be created: File exists."
    assert (run.state, run.error) == ("failed", error)
    assert nightly.is_due(now=NIGHT)
    assert finding(NIGHT) == attention(
        "backup",
        f"The nightly backup failed: {error} There is none so far.",
        f"It is retried every hour. Check the disk of {kept} and the worker's log.",
    )


@pytest.mark.world
@pytest.mark.django_db
def test_a_backup_succeeds_even_if_an_old_one_cannot_be_deleted(
    kept: Path, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    kept.mkdir()
    old = kept / "goodword-2026-01-01T020000Z-nightly.goodword"
    old.mkdir()  # like a file that is protected against deletion
    settings.GOODWORD_KEEP_BACKUPS = 1
    run = nightly.back_up(now=NIGHT)
    assert run is not None
    assert (run.state, nightly.is_due(now=NIGHT)) == ("done", False)
    assert [record.getMessage() for record in caplog.records if str(old) in record.getMessage()] == [
        f"An old backup can't be deleted: [Errno 21] Is a directory: '{old}'"
    ]


@pytest.mark.django_db
def test_a_partial_file_that_vanishes_does_not_make_the_next_one_due(kept: Path) -> None:
    """Another program finishes its backup in the same folder."""
    kept.mkdir()
    (kept / ".goodword.part").symlink_to(kept / "gone")
    run = nightly.back_up(now=NIGHT)
    assert run is not None
    assert (run.state, nightly.is_due(now=NIGHT)) == ("done", False)


@pytest.mark.django_db
def test_a_backup_fails_if_the_list_of_erasures_cannot_be_written(kept: Path) -> None:
    kept.mkdir()
    list_of_another = kept / "erasures.jsonl"
    list_of_another.write_text(
        '{"goodword": "erasures", "installation": "00000000-0000-0000-0000-000000000000"}'
    )
    os.utime(list_of_another, (1, 1))
    (kept / "erasures-00000000-0000-0000-0000-000000000000-1.jsonl").mkdir()  # so it can't be renamed
    run = nightly.back_up(now=NIGHT)
    assert run is not None
    assert (run.state, "Is a directory" in run.error) == ("failed", True)
    assert nightly.is_due(now=NIGHT)


def finding(now: datetime) -> DoctorFinding:
    connection.ensure_connection()
    return nightly.finding(connection.connection, now)


@pytest.mark.django_db
def test_doctor_says_how_old_the_last_one_is(settings: Settings) -> None:
    assert finding(NIGHT).sentence == "The first nightly backup is made within an hour."
    done(NIGHT)
    found = finding(NIGHT + timedelta(hours=3))
    assert (found.state, found.sentence) == (
        State.GOOD,
        "Last nightly backup 3 hours ago, 1.5 MB. Copy them elsewhere.",
    )
    found = finding(NIGHT + timedelta(hours=40))
    assert (found.state, found.sentence) == (State.ATTENTION, "The last nightly backup is 1 day old.")
    settings.GOODWORD_KEEP_BACKUPS = 0
    found = finding(NIGHT + timedelta(hours=40))
    assert (found.state, found.sentence) == (State.GOOD, "Last `goodword backup` 1 day ago.")


@pytest.mark.django_db
def test_backups_from_when_the_clock_was_ahead_do_not_count() -> None:
    done(NIGHT + timedelta(days=400))
    assert nightly.is_due(now=NIGHT + timedelta(hours=1))
    done(NIGHT)
    assert finding(NIGHT + timedelta(hours=40)).sentence == "The last nightly backup is 1 day old."


@pytest.mark.world
@pytest.mark.django_db
def test_each_erasure_is_listed_beside_the_backups(kept: Path) -> None:
    candidate = factories.application(factories.role(factories.organisation())).candidate
    with transaction.atomic():
        asked = request_erasure(of=candidate, reason=Reason.MEMBER, now=NIGHT, by="member:1", due_at=NIGHT)
        carry_out_erasure(erasure_id=asked.pk, now=NIGHT)
    assert ProcrastinateJob.objects.filter(task_name="backup.list_erasures", status="todo").count() == 1
    nightly.list_erasures.run()
    assert len((kept / archive.ERASURES).read_text().splitlines()) == 3


@pytest.mark.django_db
def test_the_list_of_an_earlier_installation_is_kept_under_another_name(tmp_path: Path) -> None:
    earlier = f'{{"goodword": "erasures", "installation": "{uuid.uuid4()}"}}\n{{"end": 0}}\n'
    (tmp_path / archive.ERASURES).write_text(earlier)
    assert erasures.update(tmp_path / archive.ERASURES) == 0
    own, other = sorted(tmp_path.iterdir(), key=lambda path: len(path.name))
    assert (own.name, other.read_text()) == (archive.ERASURES, earlier)
    assert list(erasures.read(own, of=str(installation.uid()))) == []


@pytest.mark.django_db
def test_an_external_database_is_not_backed_up_nightly(settings: Settings, tmp_path: Path) -> None:
    assert nightly.is_wanted()
    settings.GOODWORD_DATA = tmp_path
    assert not nightly.is_wanted()
    assert finding(NIGHT).sentence == (
        "No backup by `goodword backup` so far. Make sure that PostgreSQL is backed up."
    )
