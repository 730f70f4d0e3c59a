"""Two members add the same candidate at the same moment."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from goodword.candidates.domain.people import AlreadyOnRole, Person
from goodword.candidates.models import Application
from goodword.workspace.adding import imports
from goodword.workspace.adding.csv_reading import read_table
from goodword.workspace.adding.forms import add_and_invite
from tests.support import factories

pytestmark = [pytest.mark.programs, pytest.mark.django_db(transaction=True)]
NOW = factories.NOW


def test_the_second_member_sees_a_message_and_nobody_is_added_twice() -> None:
    rita = factories.member(factories.organisation())
    role = factories.role(rita.organisation, owner=rita)

    def add(first_name: str) -> bool:
        person = Person(first_name=first_name, last_name="Zorn", email="ada@mail.example")
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
