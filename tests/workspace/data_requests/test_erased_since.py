"""People erased after a backup are erased again in the restored database, from a list of ids."""

import io
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import transaction

from goodword.accounts.models import AuditEntry
from goodword.candidates.domain.erasure_requests import Reason, carry_out_erasure, request_erasure
from goodword.candidates.models import Application, Candidate
from goodword.cli import main
from goodword.core import installation
from goodword.core.backup import archive, erasures
from goodword.core.backup.erasures import Erased
from goodword.core.backup.programs import BackupError
from goodword.core.models import ErasureEntry, Installation
from goodword.greenhouse.sync.candidates import merge_candidates
from goodword.notifications.models import Email
from goodword.references.domain.referee_erasure import erase_referee
from goodword.references.models import Referee
from goodword.workspace.personal_data import repeat_erasures
from tests.references.answered import NOW, answered, checked
from tests.support import factories

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=2)


def erased(of: Candidate | Application) -> None:
    with transaction.atomic():
        asked = request_erasure(of=of, reason=Reason.CANDIDATE, now=NOW, by="candidate", due_at=NOW)
        assert carry_out_erasure(erasure_id=asked.pk, now=NOW)


def list_after(act: Callable[[], object], file: Path) -> Path:
    """The list written after `act`, in a database restored to the state before it."""
    installation.uid()
    with transaction.atomic():
        act()
        with file.open("wb") as sink:
            erasures.write(sink)
        transaction.set_rollback(True)
    return file


def applied(file: Path) -> int:
    return repeat_erasures(erasures.read(file, of=str(installation.uid())), now=LATER)


def test_a_person_is_erased_again_once(tmp_path: Path) -> None:
    role = factories.role(factories.organisation())
    ada, bob = (factories.application(role) for _ in range(2))
    file = list_after(lambda: erased(ada.candidate), tmp_path / "list")
    assert ada.candidate.email not in file.read_text()
    assert applied(file) == 1
    people = Candidate.objects.of(role.organisation).order_by("pk")
    assert [(person.erased_at, bool(person.email)) for person in people] == [(LATER, False), (None, True)]
    actions = AuditEntry.objects.of(role.organisation).filter(action="person.erased")
    assert [entry.details["candidate"] for entry in actions] == [ada.candidate_id]
    assert applied(file) == 0
    assert bob.pk


@pytest.mark.world
@pytest.mark.parametrize("applied_again", [False, True])
def test_profiles_merged_since_the_backup_are_erased_too(tmp_path: Path, applied_again: bool) -> None:
    role = factories.role(factories.organisation())
    loser, winner = (factories.application(role) for _ in range(2))

    def act() -> None:
        merge_candidates(loser_id=loser.candidate_id, winner=winner.candidate, now=NOW)
        erased(winner.candidate)

    file = list_after(act, tmp_path / "list")
    if applied_again:
        factories.application(factories.role(role.organisation), candidate=loser.candidate, created_at=LATER)
    assert applied(file) == 2
    rows = Application.objects.of(role.organisation).filter(pk__in=[loser.pk, winner.pk])
    assert [row.erased_at for row in rows] == [LATER, LATER]
    people = Candidate.objects.of(role.organisation).order_by("pk")
    assert [bool(person.email) for person in people] == [applied_again, False]


@pytest.mark.world
def test_only_the_erased_one_of_two_applications_is_removed(tmp_path: Path) -> None:
    role = factories.role(factories.organisation())
    first = factories.application(role)
    second = factories.application(factories.role(role.organisation), candidate=first.candidate)
    file = list_after(lambda: erased(second), tmp_path / "list")
    assert applied(file) == 1
    rows = Application.objects.of(role.organisation).order_by("pk")
    assert [(row.pk, row.erased_at) for row in rows] == [(first.pk, None), (second.pk, LATER)]


@pytest.mark.world
def test_a_referee_is_erased_again_without_another_mail(tmp_path: Path) -> None:
    referee = answered(checked(), 1).request.referee
    file = list_after(lambda: erase_referee(referee_id=referee.pk, by="referee", now=NOW), tmp_path / "list")
    mails = Email.objects.across_organisations().count()
    assert applied(file) == 1
    row = Referee.objects.across_organisations().get(pk=referee.pk)
    assert (row.erased_at, row.email, row.name) == (LATER, "", "Erased referee")
    assert Email.objects.across_organisations().count() <= mails
    assert applied(file) == 0


@pytest.mark.world
def test_a_person_who_got_the_id_after_the_erasure_stays(tmp_path: Path) -> None:
    role = factories.role(factories.organisation())
    ada = factories.application(role)
    file = list_after(lambda: erased(ada.candidate), tmp_path / "list")
    Candidate.objects.of(role.organisation).update(created_at=NOW + timedelta(hours=1))
    assert applied(file) == 0
    assert Candidate.objects.of(role.organisation).get().erased_at is None


@pytest.mark.world
def test_a_copy_goes_live_without_those_erased_elsewhere(tmp_path: Path) -> None:
    role = factories.role(factories.organisation())
    ada, bob = (factories.application(role) for _ in range(2))

    def act() -> None:
        erased(ada.candidate)
        erased(bob.candidate)

    file = list_after(act, tmp_path / "list")
    installation.set_mode(installation.Mode.LOOKING)
    Installation.objects.update(mode_since=NOW - timedelta(hours=2))
    people = Candidate.objects.of(role.organisation)
    people.update(created_at=NOW - timedelta(hours=3))
    # somebody else, added to the copy under the same id
    people.filter(pk=bob.candidate_id).update(created_at=NOW - timedelta(hours=1))
    assert main(["go-live", "--erasures", str(file)]) == 1
    assert people.filter(erased_at=None).count() == 2
    assert main(["go-live", "--yes", "--erasures", str(tmp_path / "missing")]) == 2
    assert installation.mode() == installation.Mode.LOOKING
    assert main(["go-live", "--yes", "--erasures", str(file)]) == 0
    assert installation.mode() == installation.Mode.WORKING
    assert people.get(erased_at=None).pk == bob.candidate_id


@pytest.mark.world
def test_a_list_beside_backups_keeps_what_a_restored_database_has_forgotten(tmp_path: Path) -> None:
    role = factories.role(factories.organisation())
    file = tmp_path / archive.ERASURES
    list_after(lambda: erased(factories.application(role).candidate), file)
    erased(factories.application(role).candidate)
    assert erasures.update(tmp_path / archive.ERASURES) == 2
    assert erasures.update(tmp_path / archive.ERASURES) == 2
    assert len(list(erasures.read(file, of=str(installation.uid())))) == 2
    assert ErasureEntry.objects.count() == 1


@pytest.mark.parametrize("cut", [0, 1, 2])
def test_an_incomplete_list_is_refused(tmp_path: Path, cut: int) -> None:
    role = factories.role(factories.organisation())
    file = list_after(lambda: erased(factories.application(role).candidate), tmp_path / "list")
    file.write_text("\n".join(file.read_text().splitlines()[:cut]))
    with pytest.raises(BackupError, match="is incomplete or isn't a list of erasures"):
        applied(file)


def test_the_list_of_another_installation_is_refused(tmp_path: Path) -> None:
    sink = io.BytesIO()
    entry = Erased(
        uid=uuid4(), organisation_id=1, candidate_id=2, application_ids=(), referee_ids=(), erased_at=NOW
    )
    assert erasures.write(sink, more=[entry]) == 1
    assert [sorted(json.loads(line)) for line in sink.getvalue().splitlines()] == [
        ["goodword", "installation"],
        ["applications", "at", "candidate", "id", "organisation", "referees", "whole"],
        ["end"],
    ]
    file = tmp_path / "list"
    file.write_bytes(sink.getvalue())
    with pytest.raises(BackupError, match="is the list from another installation"):
        list(erasures.read(file, of=str(uuid4())))
