"""Accents matter neither for the order of names nor for the search."""

import pytest
from django.db import connection

from goodword.accounts.models import Membership
from goodword.core.text import without_accents
from goodword.roles.models import Role
from tests.support import factories
from tests.support.pages import signed_in
from tests.workspace.applications import named, path
from tests.workspace.lists.support import get, names

pytestmark = pytest.mark.django_db


@pytest.fixture
def rita() -> Membership:
    return factories.member(factories.organisation())


@pytest.fixture
def role(rita: Membership) -> Role:
    return factories.role(rita.organisation, owner=rita)


def test_names_are_sorted_as_if_they_had_no_accents(role: Role, rita: Membership) -> None:
    for first, last in (
        ("Ona", "Zorn"),
        ("Zoë", "Özdemir"),
        ("Ida", "Øst"),
        ("Łukasz", "Ostrowski"),
        ("Ada", "Ode"),
    ):
        named(role, first, last)
    assert names(get(signed_in(rita), role, sort="name")) == ["Ada", "Ida", "Łukasz", "Zoë", "Ona"]


def test_roles_are_sorted_as_if_they_had_no_accents(rita: Membership) -> None:
    for first, title in (("Ona", "Übersetzer"), ("Ada", "Zimmerer"), ("Ida", "tutor"), ("Eva", "Versand")):
        named(factories.role(rita.organisation, title=title, owner=rita), first, "Zorn")
    listing = signed_in(rita).get(path("candidates", rita.organisation), {"sort": "role"}).context["listing"]
    assert names(listing) == ["Ida", "Ona", "Eva", "Ada"]


@pytest.mark.parametrize(
    "text", ["Muller", "müller", "MÜLLER", "Mu\u0308ller", "zoe m", "Zoë", "mu", "strasse@", "straße@x"]
)
def test_a_search_ignores_accents(role: Role, rita: Membership, text: str) -> None:
    named(role, "Zoë", "Müller", email="strasse@x.example")
    named(role, "Ada", "Zorn")
    assert names(get(signed_in(rita), role, q=text)) == ["Zoë"]


def test_a_name_in_decomposed_letters_is_found(role: Role, rita: Membership) -> None:
    named(role, "Zoe\u0308", "Mu\u0308ller")
    assert len(names(get(signed_in(rita), role, q="Müller"))) == 1


@pytest.mark.parametrize("name", ["Ömer", "ÇELİK", "Øyvind", "Łukasz", "ŒUVRARD", "Straẞe"])
def test_the_locale_of_the_database_does_not_matter(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute('SELECT without_accents(%s COLLATE "C")', [name])
        assert cursor.fetchone() == (without_accents(name),)


def test_the_database_and_the_program_fold_alike() -> None:
    letters = [chr(code) for code in (*range(0x20, 0x250), *range(0x370, 0x530), *range(0x1E00, 0x2000))]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT without_accents(one) FROM unnest(%s::text[]) WITH ORDINALITY AS t(one, n)", [letters]
        )
        folded = [text for (text,) in cursor.fetchall()]
    assert folded == [without_accents(letter) for letter in letters]
