"""Role > Import candidates: doubtful lines are listed before the import, and can be left out."""

import csv
import io
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from goodword.accounts.models import AuditEntry, Membership
from goodword.candidates.domain.people import PersonInput
from goodword.candidates.models import Application, Candidate
from goodword.roles.models import Role
from goodword.workspace.adding import imports
from goodword.workspace.adding.csv_reading import read_table
from goodword.workspace.adding.imports import KnownPeople, doubts_of
from goodword.workspace.models import CandidateImport, ImportRow
from tests.support import factories
from tests.support.pages import signed_in
from tests.workspace.applications import path

pytestmark = pytest.mark.django_db
NOW = factories.NOW
NOBODY = KnownPeople(members=(), domains=(), on_role=())


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("goodword.core.clock.now", lambda: NOW)


@pytest.fixture
def rita() -> Membership:
    return factories.member(factories.organisation(), name="Rita Hansen", email="rita@acme.example")


@pytest.fixture
def role(rita: Membership) -> Role:
    made = factories.role(rita.organisation, owner=rita)
    eve = factories.candidate(rita.organisation, first_name="Eve", last_name="Here", email="eve@mail.example")
    factories.application(made, candidate=eve)
    return made


def read(role: Role, member: Membership, *lines: str) -> CandidateImport:
    table = read_table("\n".join(("Name,E-mail", *lines)).encode())
    return imports.read_into_rows(table, role=role, member=member, now=NOW)


def doubts(of: CandidateImport) -> dict[int, str]:
    return dict(imports.doubtful(of).values_list("line", "doubt"))


def doubts_about(*people: tuple[str, str, str], known: KnownPeople = NOBODY) -> dict[int, str]:
    """Returns the doubts by line, counted from 1."""
    made = [PersonInput(first_name=first, last_name=last, email=email) for first, last, email in people]
    return doubts_of(dict(enumerate(made, 1)), known)


def send(client: Client, of: CandidateImport, act: str, **data: Any) -> Any:
    return client.post(path(f"role_import_{act}", of.organisation, of.role_id, of.pk), data)


def check(client: Client, of: CandidateImport, **query: Any) -> Any:
    return client.get(path("role_import_check", of.organisation, of.role_id, of.pk), query)


def test_enter_on_a_checkbox_saves_the_choice_and_imports_nobody(role: Role, rita: Membership) -> None:
    client, made = signed_in(rita), read(role, rita, "Zorn,z@mail.example", "Ada Yard,a@mail.example")
    page = BeautifulSoup(check(client, made).content, "html.parser")
    first = page.select("#import button, button[form=import]")[0]
    assert first["formaction"] == path("role_import_leave_out", made.organisation, role.pk, made.pk)
    after = client.get(send(client, made, "leave_out", listed="2", leave_out="2")["Location"])
    assert "Choice saved." in after.content.decode()
    assert Candidate.objects.of(role.organisation).count() == 1


def test_an_ordinary_line_is_not_doubtful() -> None:
    assert doubts_about(("Ada", "Zorn", "ada@mail.example"), ("Bo", "Yard", "bo@mail.example")) == {}


def test_a_single_name_is_doubtful() -> None:
    assert doubts_about(("Zorn", "", "ada@mail.example")) == {1: "There is only one name."}


def test_addresses_of_colleagues_and_of_the_organisations_domain_are_doubtful() -> None:
    known = KnownPeople(members={"rita@acme.example"}, domains={"acme.example"}, on_role=())
    people = (
        ("Rita", "Hansen", "RITA@acme.example"),
        ("Bo", "Yard", "bo@eu.ACME.example"),
        ("Cy", "Xu", "cy@notacme.example"),
    )
    assert doubts_about(*people, known=known) == {
        1: "This is a colleague's address.",
        2: "The address belongs to your own organisation (eu.acme.example).",
    }


def test_lookalike_letters_are_doubtful() -> None:
    assert doubts_about(("Eve", "Zorn", "eve@evil.example"), ("Ida", "Yard", "\u0131da@mail.example")) == {
        2: "The address has a letter that only looks like i, s or k."
    }


def test_the_same_name_with_another_address_is_doubtful_in_both_lines() -> None:
    people = (("Zoë", "Zorn", "ada@mail.example"), ("ZORN", "Zoe", "zz@other.example"))
    assert doubts_about(*people) == {
        1: "The same name as in line 2, with another address.",
        2: "The same name as in line 1, with another address.",
    }


def test_one_mailbox_written_in_two_ways_is_doubtful() -> None:
    people = (
        ("Ada", "Zorn", "ada.zorn@gmail.com"),
        ("Ada", "Zorn", "adazorn+jobs@googlemail.com"),
        ("Bo", "Yard", "b.o@mail.example"),
        ("Bob", "Yard", "bo@mail.example"),
    )
    assert doubts_about(*people) == {
        1: "The same mailbox as in line 2, written differently.",
        2: "The same mailbox as in line 1, written differently.",
    }


def test_names_and_mailboxes_on_the_role_are_compared(role: Role, rita: Membership) -> None:
    of = read(role, rita, "Eve Here,other@mail.example", "Eva H,eve+1@mail.example")
    assert doubts(of) == {
        2: "This name is already on this role, with another address.",
        3: "This mailbox is already on this role, written differently.",
    }


def test_an_address_known_under_another_name_is_doubtful(role: Role, rita: Membership) -> None:
    elsewhere = factories.role(role.organisation, owner=rita)
    for first, private in (("Ada", False), ("Ida", True)):
        who = factories.candidate(
            role.organisation,
            first_name=first,
            last_name="Zorn",
            email=f"{first}@Mail.example",
            private=private,
        )
        factories.application(elsewhere, candidate=who)
    lines = "Bo Yard,ada@mail.example", "Zorn Ida,ida@mail.example", "Cy Xu,IDA@mail.example"
    assert doubts(read(role, rita, *lines[:2])) == {
        2: "Goodword knows this address as Ada Zorn, who would get another application under that name."
    }
    assert "as Ida Zorn" in doubts(read(role, rita, lines[2]))[2]
    assert doubts(read(role, factories.member(role.organisation), lines[2])) == {}


def test_a_private_candidate_makes_no_line_doubtful(role: Role, rita: Membership) -> None:
    Candidate.objects.of(role.organisation).update(private=True)
    other = factories.member(role.organisation)
    assert doubts(read(role, other, "Eve Here,other@mail.example", "Eva H,eve+1@mail.example")) == {}


def test_a_lookalike_letter_makes_no_duplicate(role: Role, rita: Membership) -> None:
    of = read(role, rita, "Sam Yard,sam@mail.example", "Sem Zorn,\u017fam@mail.example")
    assert imports.counts_of(of)["good"] == 2 and list(doubts(of)) == [3]


def test_doubtful_lines_are_imported_unless_they_are_colleagues(role: Role, rita: Membership) -> None:
    of = read(role, rita, "Ada,ada@mail.example", "Rita Hansen,rita@acme.example")
    page = check(signed_in(rita), of)
    assert [(row.line, row.state) for row in page.context["doubts"]] == [(2, "good"), (3, "left_out")]
    assert "2 lines are doubtful" in page.content.decode() and page.context["button"] == "Import 1 candidate"


@pytest.mark.world
def test_ticked_lines_are_left_out_and_others_are_imported(role: Role, rita: Membership) -> None:
    client = signed_in(rita)
    of = read(role, rita, "Ada,ada@mail.example", "Rita Hansen,rita@acme.example", "Bo Yard,bo@mail.example")
    asked = send(client, of, "confirm", shown=2, listed=[2, 3], leave_out=[2, 3])
    assert (asked.context["asking"], asked.context["button"]) == (True, "Import 1 candidate")
    of.refresh_from_db()
    assert of.state == "checked" and not Application.objects.filter(connection_id=None).exists()
    send(client, of, "confirm", shown=1)
    assert not imports.import_some(of.pk, now=NOW)
    [added] = Application.objects.of(role.organisation).filter(connection_id=None).select_related("candidate")
    assert added.candidate.name == "Bo Yard"
    [entry] = AuditEntry.objects.of(role.organisation).filter(action="candidates.imported")
    assert (entry.details["rows"], entry.details["left_out"]) == (1, 2)
    file = client.get(path("role_import_problems", role.organisation, role.pk, of.pk))
    rows = list(csv.DictReader(io.StringIO(file.getvalue().decode("utf-8-sig"))))
    assert [(row["Line"], row["Problem"]) for row in rows] == [
        ("2", "There is only one name."),
        ("3", "This is a colleague's address."),
    ]


@pytest.mark.world
def test_ticks_are_kept_between_pages(role: Role, rita: Membership) -> None:
    client = signed_in(rita)
    of = read(role, rita, *(f"Ada,ada{n}@mail.example" for n in range(60)))
    first = check(client, of)
    listed = [row.line for row in first.context["doubts"]]
    turned = send(
        client, of, "leave_out", listed=listed, leave_out=[4, 9], turn="doubts-2", doubts=1, step="assessment"
    )
    assert turned.headers["Location"].endswith("?doubts=2&step=assessment#doubts")
    second = client.get(turned.headers["Location"])
    assert (len(listed), len(second.context["doubts"]), second.context["ticked"]) == (50, 10, ["assessment"])
    send(client, of, "leave_out", listed=[row.line for row in second.context["doubts"]], turn="doubts-1")
    left = ImportRow.objects.of(role.organisation).filter(of=of, state="left_out")
    assert set(left.values_list("line", flat=True)) == {4, 9}


@pytest.mark.world
def test_only_doubtful_lines_can_be_left_out(role: Role, rita: Membership) -> None:
    client = signed_in(rita)
    of = read(role, rita, "Bo Yard,bo@mail.example", "Cy Xu,nowhere", "Eve Here,eve@mail.example")
    before = imports.counts_of(of)
    for listed, turn in (([2, 3, 4], "doubts-2"), (["x", "-1", "9" * 40], "x-y"), (["٣"], "page-²")):
        answer = send(client, of, "leave_out", listed=listed, leave_out=[2], turn=turn)
        assert answer.status_code == 302 and client.get(answer.headers["Location"]).status_code == 200
    assert imports.counts_of(of) == before


def test_nothing_can_be_left_out_once_the_import_has_started(role: Role, rita: Membership) -> None:
    client = signed_in(rita)
    of = read(role, rita, "Ada,ada@mail.example")
    imports.start(of, steps=[], member=rita, now=NOW)
    send(client, of, "leave_out", listed=[2], leave_out=[2])
    assert imports.counts_of(of)["left_out"] == 0


def test_others_cannot_leave_lines_out(role: Role, rita: Membership) -> None:
    of = read(role, rita, "Ada,ada@mail.example")
    manager = factories.member(role.organisation, kind="hiring_manager")
    role.viewers.add(manager)
    for client, expected in (
        (signed_in(manager), 403),
        (signed_in(factories.member(factories.organisation())), 404),
        (Client(), 302),
    ):
        for act in ("leave_out", "confirm"):
            assert send(client, of, act, listed=[2], leave_out=[2], shown=1).status_code == expected
    assert (
        signed_in(rita).get(path("role_import_leave_out", role.organisation, role.pk, of.pk)).status_code
        == 405
    )
    of.refresh_from_db()
    assert (of.state, imports.counts_of(of)["left_out"]) == ("checked", 0)


@pytest.mark.world
def test_reading_and_leaving_out_more_lines_take_no_more_queries(role: Role, rita: Membership) -> None:
    client = signed_in(rita)

    def queries(lines: int) -> tuple[int, int]:
        with CaptureQueriesContext(connection) as caught:
            of = read(role, rita, *(f"Ada,ada{n}@mail.example" for n in range(lines)))
        with CaptureQueriesContext(connection) as turned:
            send(client, of, "leave_out", listed=list(range(2, lines + 2)), leave_out=[2])
            check(client, of)
        return len(caught), len(turned)

    assert queries(2) == queries(40)
