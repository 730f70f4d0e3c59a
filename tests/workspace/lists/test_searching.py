"""What is found does not depend on the page that searches, the order of the words, or how a name is typed."""

import pytest

from goodword.accounts.models import Membership
from goodword.candidates.models import Application
from goodword.greenhouse.inbox.queries import search
from goodword.greenhouse.models import Connection, Delivery
from goodword.roles.models import Role
from goodword.workspace.audit_log.entries import about
from goodword.workspace.lists.listing import listing_of
from goodword.workspace.lists.query import ListQuery
from goodword.workspace.search import find
from tests.support import factories
from tests.support.pages import signed_in
from tests.workspace.applications import named, path

pytestmark = pytest.mark.django_db
NOW = factories.NOW


@pytest.fixture
def rita() -> Membership:
    return factories.member(factories.organisation(), name="Łucja Öst", kind="admin")


@pytest.fixture
def role(rita: Membership) -> Role:
    return factories.role(rita.organisation, title="Sales & Marketing (IT) – Berlin", owner=rita)


def listed(who: Membership, text: str, role: Role | None) -> list[str]:
    rows = listing_of(who, ListQuery(q=text), role=role, now=NOW).rows
    return [row.application.candidate.last_name for row in rows]


def test_every_search_finds_a_name_however_it_is_typed(role: Role, rita: Membership) -> None:
    for first, last in (
        ("Anna Maria", "Müller-Lüdenscheidt"),
        ("Seán", "O’Brien"),
        ("小明", "王"),
        ("민수", "김"),
        ("محمد", "الأحمد"),
        ("Ольга", "Иванова"),
        ("X", "Li"),
        ("José", "de la Cruz"),
    ):
        named(role, first, last, email=f"{first[0]}.77@mail.example" if first.isascii() else "")
    for text, last in {
        "Müller Anna": "Müller-Lüdenscheidt",
        "muller, anna": "Müller-Lüdenscheidt",
        "Müller-Lüdenscheidt,Anna Maria": "Müller-Lüdenscheidt",
        "Anna Müller Lüdenscheidt": "Müller-Lüdenscheidt",
        "MÜLLER‐LÜDENSCHEIDT": "Müller-Lüdenscheidt",
        "a.77@mail": "Müller-Lüdenscheidt",
        "A.77": "Müller-Lüdenscheidt",
        "O'Brien": "O’Brien",
        "o’brien - Seán": "O’Brien",
        "王小明": "王",
        "小明": "王",
        "김민수": "김",
        "민수 김": "김",
        "محمد الأحمد": "الأحمد",
        "иван": "Иванова",
        "li x": "Li",
        "cruz josé": "de la Cruz",
    }.items():
        assert listed(rita, text, role) == [last], text
        assert listed(rita, text, None) == [last], text
        assert [candidate.candidate.last_name for candidate in find(rita, text).candidates] == [last], text


@pytest.mark.world
def test_umlauts_and_their_spelling_without_dots_find_each_other(role: Role, rita: Membership) -> None:
    for first, last in (
        ("Zoë", "Müller"),
        ("Ole", "Mueller"),
        ("Eva", "Böhm-Groß"),
        ("Ida", "Öz"),
        ("Joe", "Jo"),
        ("Mia", "Bäuerle"),
    ):
        named(role, first, last, email="")
    for text, found in {
        "Mueller": ["Mueller", "Müller"],
        "müller": ["Mueller", "Müller"],
        "muller": ["Müller"],
        "Ole Müller": ["Mueller"],
        "boehm-gross": ["Böhm-Groß"],
        "Böhm-Groß": ["Böhm-Groß"],
        "öz": ["Öz"],
        "joe": ["Jo"],
        "Bäuerle": ["Bäuerle"],
        "baeuerle": ["Bäuerle"],
        "bauerle": ["Bäuerle"],
    }.items():
        assert sorted(listed(rita, text, role)) == found, text
        assert sorted(listed(rita, text, None)) == found, text


def test_danish_and_norwegian_letters_and_their_spelling_find_each_other(
    role: Role, rita: Membership
) -> None:
    for first, last in (
        ("A", "Sørensen"),
        ("B", "Soerensen"),
        ("C", "Sorensen"),
        ("D", "Åse"),
        ("E", "Aase"),
        ("F", "Ase"),
        ("G", "Ærø"),
        ("H", "Aeroe"),
        ("I", "Ågård-Lunde"),
        ("J", "Aagaard-Lunde"),
        ("K", "Aron"),
        ("L", "Sharon"),
    ):
        named(role, first, last, email="")
    soeren, aase = ["Soerensen", "Sorensen", "Sørensen"], ["Aase", "Ase", "Åse"]
    for text, found in {
        "Sørensen": soeren,
        "SOERENSEN": soeren,
        "so\u0308rensen": soeren,
        "sorensen": ["Sorensen", "Sørensen"],
        "Åse": aase,
        "A\u030ase": aase,
        "aase": aase,
        "ase": ["Aase", "Ase", "Åse"],
        "Ærø": ["Aeroe", "Ærø"],
        "aeroe": ["Aeroe", "Ærø"],
        "Ågård": ["Aagaard-Lunde", "Ågård-Lunde"],
        "aagaard lunde": ["Aagaard-Lunde", "Ågård-Lunde"],
        "Ågård-Lunde": ["Aagaard-Lunde", "Ågård-Lunde"],
        "Aagaard-Lunde": ["Aagaard-Lunde", "Ågård-Lunde"],
        "Aaron": ["Aron"],
    }.items():
        assert sorted(listed(rita, text, role)) == found, text
        assert sorted(listed(rita, text, None)) == found, text


def test_a_short_name_with_oe_or_ae_finds_no_names_that_contain_it_without_e(
    role: Role, rita: Membership
) -> None:
    for first, last in (
        ("Noel", "Gallo"),
        ("Joel", "Arnold"),
        ("Jolie", "Nolan"),
        ("Jogi", "Löw"),
        ("Eva", "Löwitz"),
        ("Max", "Loew"),
        ("Rob", "Lowell"),
    ):
        named(role, first, last, email="")
    for text, found in {
        "Noel": ["Gallo"],
        "joel": ["Arnold"],
        "Loew": ["Loew", "Löw"],
        "Löw": ["Loew", "Lowell", "Löw", "Löwitz"],
    }.items():
        assert sorted(listed(rita, text, role)) == found, text
        assert sorted(listed(rita, text, None)) == found, text


@pytest.mark.world
def test_signs_and_order_of_a_title_do_not_matter(role: Role, rita: Membership) -> None:
    factories.role(rita.organisation, title="Client Auditor", owner=rita)
    client = signed_in(rita)
    application = named(role, "Ada", "Zorn")
    for text in ("Sales & Marketing", "marketing  sales", " sales – berlin ", "Berlin (IT)"):
        page = client.get(path("roles", rita.organisation), {"q": text}).context["page"]
        assert list(page.object_list) == [role], text
        assert list(find(rita, text).roles) == [role], text
        assert listed(rita, text, None) == [application.candidate.last_name], text
    page = client.get(path("roles", rita.organisation), {"q": "it"}).context["page"]
    assert list(page.object_list) == [role]  # nor "Auditor"


def test_signs_alone_find_nothing(role: Role, rita: Membership) -> None:
    named(role, "Ada", "Zorn")
    for text in ("&", ",", "–", "‐ –", "''", "\N{COMBINING ACUTE ACCENT}"):
        assert listed(rita, text, role) == []
        assert find(rita, text).is_empty


def delivery(of: Application) -> Delivery:
    connection, _ = Connection.objects.get_or_create(
        organisation=of.organisation,
        defaults={"api": "v3", "state": "active", "endpoint_key": "key", "connected_at": NOW},
    )
    return Delivery.objects.create(
        organisation=of.organisation,
        connection=connection,
        action="candidate_stage_change",
        event_id=str(of.pk),
        body=b"{}",
        remote_application_id=of.remote_id,
        received_at=NOW,
        not_before=NOW,
    )


def test_deliveries_are_found_by_a_candidate_however_typed(role: Role, rita: Membership) -> None:
    wanted = delivery(named(role, "Zoë", "O’Müller", email="zoe@mail.example", remote_id=101))
    delivery(named(role, "Ada", "Zorn", remote_id=102))
    for text in ("muller zoe", "O'MULLER", "Zoë", "zoe@mail.example"):
        assert list(search(rita.organisation, query=text)) == [wanted], text


def test_the_audit_log_finds_a_member_without_accents(rita: Membership) -> None:
    assert ("member_id__in", [rita.pk]) in about(rita.organisation, "ost lucja").children
