"""Two members add the same candidate at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse

from goodword.candidates.domain.erasure_requests import Reason, carry_out_erasure, request_erasure
from goodword.candidates.domain.people import AlreadyOnRole, PersonInput, lock_person
from goodword.candidates.models import Application
from goodword.workspace.adding import imports
from goodword.workspace.adding.csv_reading import read_table
from goodword.workspace.adding.forms import add_and_invite
from tests.support import factories
from tests.support.overlap import before_commit
from tests.support.pages import signed_in

pytestmark = [pytest.mark.programs, pytest.mark.django_db(transaction=True)]
NOW = factories.NOW


def test_the_second_member_sees_a_message_and_nobody_is_added_twice() -> None:
    rita = factories.member(factories.organisation())
    role = factories.role(rita.organisation, owner=rita)

    def add(first_name: str) -> bool:
        person = PersonInput(first_name=first_name, last_name="Zorn", email="ada@mail.example")
        try:
            add_and_invite(role=role, person=person, steps=[], member=rita, now=NOW)
        except AlreadyOnRole:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(4) as many:
        assert sorted(many.map(add, ("Ada", "Eda", "Ida", "Oda"))) == [False, False, False, True]
    assert Application.objects.of(role.organisation).count() == 1


def test_lines_that_a_colleague_has_just_added_are_not_imported_unseen() -> None:
    rita = factories.member(factories.organisation())
    role = factories.role(rita.organisation, owner=rita)
    text = "Name,E-mail\nAda Zorn,ada@mail.example\nCher,cher@mail.example"
    of = imports.read_into_rows(read_table(text.encode()), role=role, member=rita, now=NOW)
    imports.leave_out(of, listed=[3], ticked=[3])
    browser, where = signed_in(rita), [rita.organisation.slug, role.pk, of.pk]
    with before_commit(lambda: browser.post(reverse("role_import_confirm", args=where), {"shown": "1"})):
        imports.leave_out(of, listed=[3], ticked=[])
    of.refresh_from_db()
    assert of.state == "checked"
    page = browser.get(reverse("role_import_check", args=where)).content.decode()
    assert "Not imported: somebody else has just changed which lines to import." in page


def test_an_import_that_two_workers_run_adds_each_line_once() -> None:
    rita = factories.member(factories.organisation())
    role = factories.role(rita.organisation, owner=rita)
    text = "Name,E-mail\n" + "".join(f"Ada {n},ada{n}@mail.example\n" for n in range(12))
    of = imports.read_into_rows(read_table(text.encode()), role=role, member=rita, now=NOW)
    imports.start(of, steps=[], member=rita, now=NOW)

    def work(_: int) -> None:
        try:
            imports.import_some(of.pk, now=NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as many:
        list(many.map(work, range(3)))
    of.refresh_from_db()
    assert (of.state, imports.counts_of(of)["imported"]) == ("done", 12)
    assert Application.objects.of(role.organisation).count() == 12


def test_somebody_is_erased_while_a_line_with_their_address_is_imported() -> None:
    rita = factories.member(factories.organisation(), kind="admin")
    role = factories.role(rita.organisation, owner=rita)
    ada = factories.application(factories.role(rita.organisation, owner=rita))
    text = f"Name,E-mail\nAda Zorn,{ada.candidate.email}\nCher,cher@mail.example"
    of = imports.read_into_rows(read_table(text.encode()), role=role, member=rita, now=NOW)
    imports.start(of, steps=[], member=rita, now=NOW)

    def erase() -> None:
        asked = request_erasure(of=ada.candidate, reason=Reason.MEMBER, now=NOW, by="goodword", due_at=NOW)
        assert carry_out_erasure(erasure_id=asked.pk, now=NOW)

    with before_commit(lambda: [imports.import_some(of.pk, now=NOW)], then=erase) as imported:
        lock_person(ada.candidate_id)  # as an erasure does first
    assert imported == [[False]]
    added = Application.objects.of(role.organisation).filter(role=role)
    assert [application.candidate.name for application in added.select_related("candidate")] == ["Cher"]


def test_an_import_that_is_just_being_started_is_not_deleted_as_old() -> None:
    rita = factories.member(factories.organisation())
    role = factories.role(rita.organisation, owner=rita)
    of = imports.read_into_rows(
        read_table(b"Name,E-mail\nCher,cher@mail.example"), role=role, member=rita, now=NOW
    )
    with before_commit(lambda: imports.delete_old(now=NOW + timedelta(days=8))) as deleted:
        imports.start(of, steps=[], member=rita, now=NOW + timedelta(days=7))
    assert deleted == [0]
    imports.import_some(of.pk, now=NOW)
    assert Application.objects.of(role.organisation).get().candidate.name == "Cher"
