"""Each URL with malformed input: rejected or cleaned, never a server error."""

import re
from copy import deepcopy
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, reverse

import goodword
from goodword.core.middleware import LONGEST_PARAMETER
from goodword.urls import MEMBER
from tests.architecture.test_pages import patterns
from tests.assessments.once import once
from tests.assessments.robustness.test_access import OtherOrganisation, any_ids, build
from tests.support import factories
from tests.support.pages import signed_in

NOW = factories.NOW
pytestmark = [pytest.mark.slow, pytest.mark.django_db, pytest.mark.time_machine(NOW, tick=False)]
SOURCE = Path(goodword.__file__).parent
ASKED = [one for one in MEMBER if isinstance(one, URLPattern)]
OPEN = [
    pattern
    for pattern in patterns()
    if pattern not in ASKED
    and set(pattern.pattern.converters) <= {"token"}
    # the first reports a missing worker; the others aren't installed or need a key
    and pattern.name not in {"ready", "account_reset_password_from_key"}
    and not str(pattern.name).startswith("gallery")
]
#: in URLs: a NUL; a lone surrogate, control characters and invalid UTF-8; characters that need quoting; far too long
VALUES = (
    "a%00b",
    "%ED%A0%80%01%1f%7f%C2%85%FF%FE",
    quote("-1e9999'\";--\\%_[](){}${}\u202e\ufeff"),
    "9" * 3000,
)
#: query parameters and form fields that views read
QUERY = sorted(
    {
        name
        for path in SOURCE.rglob("*.py")
        for found in re.finditer(r'(?:GET\.get\("(\w+)"|"(\w+)" in request\.GET)', path.read_text("utf-8"))
        for name in found.groups()
        if name
    }
)
FIELDS = sorted(
    {
        name
        for path in SOURCE.rglob("*.py")
        for found in re.finditer(
            r'POST\.get(?:list)?\("(\w+)"|^    (\w+) = (?:forms\.|Plain\()',
            path.read_text("utf-8"),
            re.MULTILINE,
        )
        for name in found.groups()
        if name
    }
)


made = once(build)


@pytest.fixture
def theirs(db: None, made: OtherOrganisation) -> OtherOrganisation:
    return deepcopy(made)


def address_of(pattern: URLPattern, theirs: OtherOrganisation) -> str:
    """The URL, with ids of existing rows if there are any."""
    slug = theirs.admin.organisation.slug
    try:
        return theirs.address(pattern, slug=slug)
    except (StopIteration, KeyError):
        return reverse(str(pattern.name), kwargs={"slug": slug, **any_ids(pattern)})


def test_query_parameters_are_found_in_the_source() -> None:
    assert {"q", "page", "sort", "status", "job", "test", "candidate", "version"} <= set(QUERY)
    assert {"q", "name", "revision"} & set(FIELDS) == {"name", "revision"}


def query(shift: int) -> str:
    """Each parameter with one of the values, and with the next one for the next `shift`."""
    return "&".join(f"{name}={VALUES[(at + shift) % len(VALUES)]}" for at, name in enumerate(QUERY))


def of_members(theirs: OtherOrganisation, *, shift: int) -> None:
    browser = signed_in(theirs.admin)
    found = {
        pattern.name: browser.get(f"{address_of(pattern, theirs)}?{query(at + shift)}").status_code
        for at, pattern in enumerate(ASKED)
    }
    assert {key: status for key, status in found.items() if status not in {200, 302, 400, 404, 405}} == {}
    assert len(found) > 75


def of_everybody(*, shift: int) -> None:
    found = {}
    for at, pattern in enumerate(OPEN):
        parts = {"digest": "a" * 32} if pattern.name == "logo" else {}
        where = reverse(str(pattern.name), kwargs=parts | dict.fromkeys(pattern.pattern.converters, "x" * 43))
        found[pattern.name] = Client().get(f"{where}?{query(at + shift)}").status_code
    assert {key: status for key, status in found.items() if status >= 500} == {}


def test_malformed_queries_do_not_break_members_pages(theirs: OtherOrganisation, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = None
    of_members(theirs, shift=0)


@pytest.mark.exhaustive
@pytest.mark.parametrize("shift", range(1, len(VALUES)))
def test_no_malformed_query_breaks_a_members_page(
    theirs: OtherOrganisation, settings: Any, shift: int
) -> None:
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = None
    of_members(theirs, shift=shift)


def test_malformed_queries_do_not_break_public_pages() -> None:
    of_everybody(shift=0)


@pytest.mark.exhaustive
@pytest.mark.parametrize("shift", range(1, len(VALUES)))
def test_no_malformed_query_breaks_a_public_page(shift: int) -> None:
    of_everybody(shift=shift)


def test_malformed_url_parts_do_not_break_pages(theirs: OtherOrganisation) -> None:
    browser, slug = signed_in(theirs.admin), theirs.admin.organisation.slug
    found = {}
    for pattern in ASKED:
        for word, number in (("a%00b", 0), ("%ED%A0%80", 2**63), ("x" * 5000, 10**40)):
            kinds = pattern.pattern.converters
            if not kinds:
                continue
            numbers = {name: number for name, kind in kinds.items() if type(kind).__name__ == "IntConverter"}
            words = {name: "WORD" for name in kinds if name not in numbers}
            where = reverse(str(pattern.name), kwargs={"slug": slug, **words, **numbers})
            found[pattern.name, word] = browser.get(where.replace("WORD", word)).status_code
    assert {key: status for key, status in found.items() if status not in {302, 404, 405}} == {}


def test_nul_characters_in_forms_do_not_break_pages(theirs: OtherOrganisation) -> None:
    browser = signed_in(theirs.admin)
    said = dict.fromkeys(FIELDS, "1\x00")
    found = {}
    for pattern in ASKED:
        found[pattern.name] = browser.post(address_of(pattern, theirs), said).status_code
    assert {
        key: status for key, status in found.items() if status not in {200, 302, 404, 405, 409, 422}
    } == {}


def test_malformed_cookies_do_not_break_pages() -> None:
    for value in ('"\\000aaaaaaaaaaaaaaaa"', "\x7f" * 40, "x" * 4000, '"\\377\\001aaaaaaaaaaaa"'):
        for name in (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, "messages"):
            response = Client(headers={"cookie": f"{name}={value}"}).get("/accounts/login/")
            assert response.status_code == 200


def test_search_text_is_cleaned_and_truncated(theirs: OtherOrganisation) -> None:
    browser = signed_in(theirs.admin)
    where = reverse("search", args=[theirs.admin.organisation.slug])
    page = browser.get(f"{where}?q=%20Lo%00ve%0A%0Alace%20")
    assert page.context["search_query"] == "Love lace"
    assert page.request["QUERY_STRING"] == "q=%20Lo%00ve%0A%0Alace%20"
    page = browser.get(where, {"q": "y" * 5000})
    assert len(page.context["search_query"]) == LONGEST_PARAMETER
