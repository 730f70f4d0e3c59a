"""The audit log with the two database roles of docs/operating.md."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import ProgrammingError, connection, transaction

from goodword.accounts.domain import audit
from goodword.accounts.models import AuditEntry, Organisation
from goodword.cli import main
from goodword.core import clock
from goodword.core.doctor.database import migrations
from goodword.core.environment import SettingError
from goodword.core.startup import check_migrations
from tests.support import factories

GRANTS = Path(__file__).parents[2] / "deploy" / "grants.sql"

pytestmark = pytest.mark.django_db


@pytest.fixture
def organisation() -> Organisation:
    return factories.organisation()


@pytest.fixture
def granted() -> None:
    """Create the role and its grants, within the test's transaction."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE goodword_app NOLOGIN")
        cursor.execute(GRANTS.read_text(encoding="utf-8"))


@contextmanager
def as_application() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE goodword_app")
        try:
            yield
        finally:
            cursor.execute("RESET ROLE")


def entry(organisation: Organisation, *, days: int, action: str = "result.viewed") -> AuditEntry:
    return audit.write(organisation=organisation, action=action, now=clock.now() - timedelta(days=days))


@pytest.mark.usefixtures("granted")
def test_the_applications_role_adds_and_reads_entries_and_changes_none(organisation: Organisation) -> None:
    with as_application():
        written = entry(organisation, days=0)
        rows = AuditEntry.objects.of(organisation)
        assert list(rows) == [written]
        for change in (lambda: rows.update(actor="nobody"), rows.delete):
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                change()
        with connection.cursor() as cursor:
            for statement in ("TRUNCATE accounts_auditentry", "DELETE FROM accounts_auditentry"):
                with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                    cursor.execute(statement)
    assert list(AuditEntry.objects.of(organisation).values_list("actor", flat=True)) == ["goodword"]


@pytest.mark.usefixtures("granted")
def test_forgotten_grants_after_an_upgrade_are_named() -> None:
    with connection.cursor() as cursor:
        cursor.execute("REVOKE ALL ON core_reaction, workflow_steprequest FROM goodword_app")
    with as_application():
        with pytest.raises(SettingError) as refused:
            check_migrations()
        found = migrations(connection.connection)
    assert str(refused.value) == (
        "The database role may not read 2 of Goodword's tables, such as core_reaction. Run deploy/grants.sql as the "
        "owner of the tables (docs/operating.md, Two database roles)."
    )
    assert (found.state, f"{found.sentence} {found.remedy}") == ("broken", str(refused.value))


@pytest.mark.usefixtures("granted")
def test_the_applications_role_prunes_what_is_old(organisation: Organisation) -> None:
    kept, old = entry(organisation, days=700), entry(organisation, days=760)
    with as_application():
        assert audit.prune(now=clock.now(), sign_in_days=180) == 1
    assert list(AuditEntry.objects.of(organisation)) == [kept]
    assert old.pk != kept.pk


@pytest.mark.usefixtures("granted")
def test_the_application_cannot_delete_recent_entries(organisation: Organisation) -> None:
    recent = [entry(organisation, days=150), entry(organisation, days=20, action="sign_in.failed")]
    with as_application():
        Organisation.objects.filter(pk=organisation.pk).update(audit_months=0)
        assert audit.prune(now=clock.now() + timedelta(days=9999), sign_in_days=0) == 0
    assert list(AuditEntry.objects.of(organisation).order_by("pk")) == recent


@pytest.mark.usefixtures("granted")
def test_every_other_table_can_be_written_by_the_application() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND NOT (
                has_table_privilege('goodword_app', oid, 'SELECT')
                AND has_table_privilege('goodword_app', oid, 'INSERT')
                AND has_table_privilege('goodword_app', oid, 'UPDATE')
                AND has_table_privilege('goodword_app', oid, 'DELETE')
            )
            """
        )
        assert {name for (name,) in cursor.fetchall()} == {"accounts_auditentry", "django_migrations"}


def test_each_organisation_keeps_its_own_months(organisation: Organisation) -> None:
    other = factories.organisation(audit_months=6)
    mine, theirs = entry(organisation, days=300), entry(other, days=300)
    assert audit.prune(now=clock.now(), sign_in_days=180) == 1
    assert list(AuditEntry.objects.across_organisations()) == [mine]
    assert theirs.organisation == other


@pytest.mark.usefixtures("granted")
def test_deleting_an_organisation_needs_the_owner_of_the_tables(
    organisation: Organisation, capsys: pytest.CaptureFixture[str]
) -> None:
    written = entry(organisation, days=0)
    with as_application():
        status = main(["delete-organisation", organisation.slug, "--name", organisation.name])
    assert (status, capsys.readouterr().err) == (
        2,
        "goodword: this database role may not delete the audit log. Use the tables' owner in DATABASE_URL.\n",
    )
    assert list(AuditEntry.objects.of(organisation)) == [written]
