"""Global search."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from goodword.accounts.models import Membership
from goodword.candidates.models import Candidate
from goodword.references.models import Check, Referee
from goodword.roles.models import Role
from tests.support import factories
from tests.support.pages import signed_in
from tests.workspace.applications import checked, named, path, reported

pytestmark = pytest.mark.django_db


@pytest.fixture
def rita() -> Membership:
    return factories.member(factories.organisation(), name="Rita Recruiter")


@pytest.fixture
def role(rita: Membership) -> Role:
    return factories.role(rita.organisation, title="Window Washer", owner=rita)


def found(who: Membership, text: str) -> Any:
    return signed_in(who).get(path("search", who.organisation), {"q": text}).context["found"]


def people(who: Membership, text: str) -> list[str]:
    return [candidate.candidate.name for candidate in found(who, text).candidates]


def zoe_sahin(check: Check, *, email: str, company: str) -> None:
    Referee.objects.create(
        organisation=check.organisation,
        check_run=check,
        slot=1,
        name="Zoë Şahin",
        email=email,
        relationship="manager",
        company=company,
        from_month="2020-01",
        created_at=factories.NOW,
    )


def test_candidates_are_found_despite_typos(role: Role, rita: Membership) -> None:
    named(role, "Noor", "Haddad", email="noor@mail.example")
    named(role, "Quinn", "Adeyemi")
    for text in ("haddad", "Hadad", "noor hadad", "had", "noor@mail.example", "NOOR"):
        assert people(rita, text) == ["Noor Haddad"], text
    assert people(rita, "Adeyami") == ["Quinn Adeyemi"]
    assert people(rita, "Zacharias") == []


@pytest.mark.parametrize("text", ["\N{ACUTE ACCENT}", "\N{COMBINING ACUTE ACCENT}", "\N{DIAERESIS}"])
def test_a_lone_accent_finds_nobody(role: Role, rita: Membership, text: str) -> None:
    named(role, "Noor", "Haddad")
    assert people(rita, text) == []


@pytest.mark.world
def test_addresses_with_accents_are_found(role: Role, rita: Membership) -> None:
    check = checked(named(role, "Jürgen", "Müller", email="j@müller.example"))
    zoe_sahin(check, email="zoe@müller.example", company="Old Co")
    assert people(rita, "j@müller.example") == ["Jürgen Müller"]
    assert [referee.name for referee in found(rita, "zoe@müller.example").referees] == ["Zoë Şahin"]


@pytest.mark.world
def test_accents_do_not_matter(rita: Membership) -> None:
    role = factories.role(rita.organisation, title="Crêpe Chef", owner=rita)
    check = checked(named(role, "Jürgen", "Müller"))
    named(role, "Leyla", "Ozdemir")
    named(role, "Søren", "Aas", preferred_name="Łukasz")
    zoe_sahin(check, email="zoe@old.example", company="Bäckerei Öz")
    for text, name in (
        ("muller", "Jürgen Müller"),
        ("MÜLLER", "Jürgen Müller"),
        ("jurgen muler", "Jürgen Müller"),
        ("Özdemir", "Leyla Ozdemir"),
        ("lukasz", "Łukasz Aas"),
        ("soren", "Łukasz Aas"),
    ):
        assert people(rita, text) == [name], text
    for text in ("sahin", "backerei", "Baeckerei Zoe Sahin", "ZOE@OLD.EXAMPLE"):
        assert [referee.name for referee in found(rita, text).referees] == ["Zoë Şahin"], text
    assert [one.title for one in found(rita, "crepe").roles] == ["Crêpe Chef"]


def test_similar_names_are_found_through_an_index() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    people = Candidate.objects.across_organisations().filter(searched_names__trigram_word_similar="muller")
    referees = Referee.objects.across_organisations().filter(searched__trigram_word_similar="muller")
    assert "Index Scan on candidate_names" in people.explain()
    assert "Index Scan on referee_searched" in referees.explain()


@pytest.mark.world
def test_referees_roles_and_report_codes_are_found(role: Role, rita: Membership) -> None:
    ada = named(role, "Ada", "Zorn")
    check = checked(ada)
    Referee.objects.create(
        organisation=role.organisation,
        check_run=check,
        slot=1,
        name="Lena Hartmann",
        email="lena@old.example",
        relationship="manager",
        company="Old Firm",
        from_month="2020-01",
        created_at=factories.NOW,
    )
    report = reported(named(role, "Bo", "Abel"))
    assert [referee.name for referee in found(rita, "hartman").referees] == ["Lena Hartmann"]
    assert [one.title for one in found(rita, "windw washer").roles] == ["Window Washer"]
    assert [one.code for one in found(rita, report.code.lower()).reports] == [report.code]
    page = signed_in(rita).get(path("search", role.organisation), {"q": "hartmann"})
    assert f'href="{path("candidate", role.organisation, ada.pk)}#reference_check"' in page.content.decode()
    client, where = signed_in(rita), path("search", role.organisation)
    nothing, hint = (
        client.get(where, {"q": "nobody"}).content.decode(),
        "appear with their next change in Greenhouse.",
    )
    assert "Nothing found" in nothing
    assert hint not in nothing
    factories.automation(role, connection_id=1, job_id=31, stages={})
    assert hint in client.get(where, {"q": "nobody"}).content.decode()
    assert hint not in client.get(where, {"q": "zorn"}).content.decode()


@pytest.mark.world
def test_only_what_the_member_may_see_is_found(role: Role, rita: Membership) -> None:
    named(role, "Hidden", "Zorn", private=True)
    named(factories.role(factories.organisation(), title="Window Watcher"), "Else", "Zorn")
    colleague = factories.member(role.organisation)
    manager = factories.member(role.organisation, kind="hiring_manager")
    assert [people(who, "zorn") for who in (rita, colleague, manager)] == [["Hidden Zorn"], [], []]
    assert [len(found(who, "window").roles) for who in (rita, colleague, manager)] == [1, 1, 0]
    stranger = factories.member(factories.organisation())
    where = path("search", role.organisation)
    assert signed_in(stranger).get(where).status_code == 404
    assert Client().get(where).status_code == 302


@pytest.mark.world
def test_more_results_take_no_more_queries(role: Role, rita: Membership) -> None:
    client, counts = signed_in(rita), []
    for number in range(3):
        named(role, f"Ada{number}", "Zorn")
        with CaptureQueriesContext(connection) as seen:
            client.get(path("search", role.organisation), {"q": "zorn"})
        counts.append(len(seen))
    assert counts[1] == counts[2]


@pytest.mark.world
def test_a_long_word_is_cut(role: Role, rita: Membership) -> None:
    named(role, "Noor", "H" + "a" * 60 + "ddad")
    assert people(rita, "h" + "a" * 500) == ["Noor H" + "a" * 60 + "ddad"]


@pytest.mark.world
def test_a_search_that_takes_too_long_is_stopped(
    role: Role, rita: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("goodword.workspace.search._LONGEST_SEARCH", 1)
    for n in range(300):
        named(role, f"{n:x}" * 9, "Zorn")
    page = signed_in(rita).get(
        path("search", role.organisation), {"q": " ".join("0123456789abcdef"[n:] for n in range(6))}
    )
    assert page.status_code == 200
    assert "This search took too long. Try fewer or other words." in page.content.decode()
    assert people(rita, "") == []
