"""All rows of an organisation are exported, and deleted without touching another one."""

import io
import json
import zipfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.apps import apps
from django.db import connection

from goodword.accounts.domain import whole_organisation
from goodword.accounts.models import Logo, Membership, Organisation, User
from goodword.cli import main
from goodword.core.backup.erasures import Erased
from goodword.core.models import ErasureEntry
from goodword.greenhouse.models import Connection, Delivery
from goodword.workspace.personal_data import repeat_erasures
from tests.core.test_field_keys import connected, delivered
from tests.references.answered import whole
from tests.support import factories
from tests.support.jobs import run_jobs

pytestmark = pytest.mark.django_db
NOW = factories.NOW


def furnished(slug: str) -> Organisation:
    """An organisation with candidates, a completed reference check, a logo, a connection, a delivery and a second
    factor.
    """
    check = whole()
    organisation = check.organisation
    organisation.slug = slug
    organisation.save()
    Logo.objects.create(organisation=organisation, digest=slug, content=b"\x89PNG of " + slug.encode())
    TOTP.activate(factories.member(organisation).user, "A" * 32)
    role = factories.role(organisation)
    role.viewers.add(factories.member(organisation))
    return organisation


def numbers(organisation: Organisation) -> dict[str, int]:
    return {label: rows.count() for label, rows in whole_organisation.rows_of(organisation)}


def settle() -> None:
    """Run what a commit would: foreign key checks, and updates of candidate lists."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


def contents() -> dict[str, int]:
    return {
        model._meta.label: model._default_manager.count()
        for model in apps.get_models(include_auto_created=True)
    }


def test_every_model_belongs_to_organisations_or_to_the_installation() -> None:
    covered = set(numbers(factories.organisation())) | whole_organisation._OF_ALL
    assert covered == {model._meta.label for model in apps.get_models(include_auto_created=True)}


@pytest.mark.world
def test_nothing_is_left_of_a_deleted_organisation_and_another_one_is_untouched() -> None:
    empty = contents()
    here = furnished("acme")
    with_one = numbers(here)
    assert sum(bool(number) for number in with_one.values()) > 20
    other = furnished("other")
    both = Membership.objects.of(other).first()
    assert both is not None
    Membership.objects.create(organisation=here, user=both.user, kind="admin", created_at=NOW)
    settle()
    before = numbers(other)
    before["accounts.User"] += 1  # not a member of anything else by then
    whole_organisation.delete_for_good(here, now=NOW)
    settle()
    assert numbers(other) == before
    left = contents()
    of_all = whole_organisation._OF_ALL
    assert {label: left[label] - empty[label] for label in left if label not in of_all} == before
    assert User.objects.filter(pk=both.user_id).exists()
    entry = ErasureEntry.objects.get()
    assert (entry.organisation_id, entry.whole_organisation) == (here.pk, True)


@pytest.mark.world
def test_queued_jobs_of_a_deleted_organisation_find_nothing() -> None:
    link = connected()
    assert delivered(link) == 200
    whole_organisation.delete_for_good(link.organisation, now=NOW)
    run_jobs()
    assert not Delivery.objects.across_organisations().exists()


@pytest.mark.world
def test_an_export_has_all_rows_and_files_and_no_secrets() -> None:
    organisation = furnished("one")
    furnished("other")
    link = connected_to(organisation)
    sink = io.BytesIO()
    written = whole_organisation.export(organisation, sink, now=NOW)
    assert written == numbers(organisation)
    with zipfile.ZipFile(sink) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        assert manifest["rows"] == {label: number for label, number in written.items() if number}
        for label, number in manifest["rows"].items():
            lines = archive.read(f"rows/{label}.jsonl").splitlines()
            assert len(lines) == number
            assert all(isinstance(json.loads(line), dict) for line in lines)
        [logo] = [json.loads(line) for line in archive.read("rows/accounts.Logo.jsonl").splitlines()]
        assert archive.read(logo["content"]) == b"\x89PNG of one"
        whole_text = b"".join(archive.read(name) for name in archive.namelist())
        assert b"PNG of other" not in whole_text
    for secret in (link.credential, link.endpoint_key, User.objects.all()[0].password):
        assert secret.encode() not in whole_text


def connected_to(organisation: Organisation) -> Connection:
    link = connected()
    made_for = link.organisation
    link.organisation = organisation
    link.save()
    whole_organisation.delete(made_for)
    return link


@pytest.mark.world
def test_the_command_asks_for_the_name(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    organisation = factories.organisation(slug="acme", name="Acme Ltd")
    monkeypatch.setattr("sys.stdin", io.StringIO("acme\n"))
    assert main(["delete-organisation", "acme"]) == 2
    assert capsys.readouterr().err == "goodword: that isn't its name. Nothing was deleted.\n"
    assert main(["delete-organisation", "other"]) == 2
    assert capsys.readouterr().err == "goodword: there is no organisation 'other'. There are: acme.\n"
    assert Organisation.objects.filter(pk=organisation.pk).exists()
    monkeypatch.setattr("sys.stdin", io.StringIO("Acme Ltd\n"))
    assert main(["delete-organisation", "acme"]) == 0
    assert capsys.readouterr().out.endswith("Deleted 'Acme Ltd': 1 rows.\n")
    assert not Organisation.objects.exists()


@pytest.mark.world
def test_an_organisation_deleted_by_another_program_meanwhile_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    factories.organisation(slug="acme", name="Acme Ltd")

    class Person:
        def readline(self) -> str:
            whole_organisation.delete_for_good(Organisation.objects.get(slug="acme"), now=NOW)
            return "Acme Ltd\n"

    monkeypatch.setattr("sys.stdin", Person())
    assert main(["delete-organisation", "acme"]) == 2
    assert capsys.readouterr().err == "goodword: 'Acme Ltd' has just been deleted by another program.\n"


@pytest.mark.world
def test_an_organisation_deleted_since_a_backup_is_deleted_again() -> None:
    organisation = factories.organisation(created_at=NOW)
    entry = Erased(
        uid=uuid4(),
        organisation_id=organisation.pk,
        candidate_id=None,
        application_ids=(),
        referee_ids=(),
        whole_organisation=True,
        erased_at=NOW,
    )
    another = replace(entry, uid=uuid4(), erased_at=NOW - timedelta(days=1))  # had this id before
    assert repeat_erasures([another], now=NOW) == 0
    assert repeat_erasures([entry], now=NOW) == 1
    assert not Organisation.objects.exists()


@pytest.mark.world
@pytest.mark.django_db(transaction=True)
def test_the_command_exports_to_a_new_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    factories.organisation(slug="acme")
    file = tmp_path / "acme.zip"
    assert main(["export-organisation", "acme", str(file)]) == 0
    assert capsys.readouterr().out.startswith(f"{file}: 1 rows.")
    assert main(["export-organisation", "acme", str(file)]) == 2
    assert zipfile.is_zipfile(file)


@pytest.mark.world
@pytest.mark.django_db(transaction=True)
def test_the_command_exports_to_standard_output(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    factories.organisation(slug="acme")
    assert main(["export-organisation", "acme", "-"]) == 0
    written = capfdbinary.readouterr()
    assert zipfile.is_zipfile(io.BytesIO(written.out))
    assert written.err == b""
