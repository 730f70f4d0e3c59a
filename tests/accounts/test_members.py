"""Changing, deactivating and reactivating members."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from goodword.accounts.domain.members import NotChanged, change_kind, deactivate, reactivate
from goodword.accounts.domain.organisation import create_admin
from goodword.accounts.models import AuditEntry, Membership, Organisation, admins_of
from tests.support import factories
from tests.support.factories import NOW

RECRUITER, ADMIN = Membership.Kind.RECRUITER, Membership.Kind.ADMIN


@pytest.fixture
def ann(db: None) -> Membership:
    return factories.member(factories.organisation(), kind="admin", name="Ann Admin")


def log(organisation: Organisation) -> list[tuple[str, str, object]]:
    rows = AuditEntry.objects.of(organisation).order_by("pk")
    return list(rows.values_list("action", "actor", "details"))


def test_an_admin_changes_what_a_member_may_do(ann: Membership) -> None:
    rita = factories.member(ann.organisation)
    assert change_kind(member=rita, kind=ADMIN, by=ann, now=NOW)
    assert not change_kind(member=rita, kind=ADMIN, by=ann, now=NOW)
    rita.refresh_from_db()
    assert rita.is_admin
    assert log(ann.organisation) == [
        ("member.kind_changed", "Ann Admin", {"member": rita.pk, "changed": {"kind": ["recruiter", "admin"]}})
    ]


def test_the_last_admin_stays(ann: Membership) -> None:
    factories.member(ann.organisation)
    former = factories.member(ann.organisation, kind="admin")
    deactivate(member=former, by=ann, now=NOW)
    with pytest.raises(NotChanged, match="Ann Admin is the only admin"):
        change_kind(member=ann, kind=RECRUITER, by=ann, now=NOW)
    assert list(admins_of(ann.organisation)) == [ann]


def test_nobody_deactivates_themselves(ann: Membership) -> None:
    factories.member(ann.organisation, kind="admin")
    with pytest.raises(NotChanged, match="can't deactivate yourself"):
        deactivate(member=ann, by=ann, now=NOW)


def test_deactivation_ends_the_sessions_and_reactivation_gives_access_back(ann: Membership) -> None:
    rita = factories.member(ann.organisation)
    before = rita.user.get_session_auth_hash()
    assert deactivate(member=rita, by=ann, now=NOW)
    assert not deactivate(member=rita, by=ann, now=NOW)
    rita.refresh_from_db()
    rita.user.refresh_from_db()
    assert (rita.deactivated_at, rita.user.get_session_auth_hash() != before) == (NOW, True)
    with pytest.raises(NotChanged, match="Reactivate them first"):
        change_kind(member=rita, kind=ADMIN, by=ann, now=NOW)
    assert reactivate(member=rita, by=ann, now=NOW)
    assert not reactivate(member=rita, by=ann, now=NOW)
    rita.refresh_from_db()
    assert (rita.deactivated_at, rita.kind) == (None, "recruiter")
    assert [action for action, _, _ in log(ann.organisation)] == ["member.deactivated", "member.reactivated"]


def test_a_former_admin_changes_nobody(ann: Membership) -> None:
    otto, rita = factories.member(ann.organisation, kind="admin"), factories.member(ann.organisation)
    deactivate(member=otto, by=ann, now=NOW)
    with pytest.raises(NotChanged, match="no longer an admin"):
        change_kind(member=rita, kind=ADMIN, by=otto, now=NOW)
    rita.refresh_from_db()
    assert rita.kind == "recruiter"


def test_the_shell_command_reactivates_an_admin(ann: Membership) -> None:
    otto = factories.member(ann.organisation, kind="admin")
    deactivate(member=otto, by=ann, now=NOW)
    create_admin(organisation=ann.organisation, email=otto.user.email, name="", password="", now=NOW)
    otto.refresh_from_db()
    assert (otto.deactivated_at, otto.is_admin) == (None, True)


@pytest.mark.django_db(transaction=True)
def test_two_admins_cannot_remove_each_other_at_the_same_time() -> None:
    ann = factories.member(factories.organisation(), kind="admin")
    otto = factories.member(ann.organisation, kind="admin")
    refused: list[str] = []
    ready = threading.Barrier(2)

    def run(act: Callable[[], object]) -> None:
        try:
            ready.wait()
            act()
        except NotChanged as error:
            refused.append(str(error))
        finally:
            connection.close()

    acts: list[Callable[[], object]] = [
        lambda: deactivate(member=otto, by=ann, now=NOW),
        lambda: change_kind(member=ann, kind=RECRUITER, by=otto, now=NOW),
    ]
    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert admins_of(ann.organisation).count() == 1
