"""Rules for nominations."""

from dataclasses import replace

import pytest

from goodword.references.domain.nominations import RefereeDetails, details_problems
from goodword.references.domain.requests import mailbox

GOOD = RefereeDetails(
    name="Maria Schmidt",
    email="maria@globex.example",
    relationship="manager",
    company="Booking.com",
    candidate_title="Engineer",
    from_month="2021-04",
    to_month="2023-08",
    message="Dear Maria, would you tell them about the crane? It was 3.5 m high, e.g. in May.",
)


def wrong(**change: str) -> list[str]:
    found = details_problems(
        replace(GOOD, **change),  # type: ignore[arg-type]  # each a text
        own_addresses=["ada@mail.example", ""],
        other_addresses=["paul@globex.example"],
        this_month="2026-03",
    )
    return sorted(found)


def test_a_complete_nomination_is_accepted() -> None:
    assert wrong() == []


@pytest.mark.parametrize("address", ["ada@mail.example", "ADA@Mail.Example", "ada+jobs@mail.example"])
def test_the_candidates_own_address_is_refused_however_it_is_written(address: str) -> None:
    assert wrong(email=address) == ["email"]


def test_another_referees_address_is_refused() -> None:
    assert wrong(email="Paul+work@globex.example") == ["email"]


@pytest.mark.parametrize(
    ("first", "last", "fields"),
    [
        ("2023-09", "2023-08", ["to_month"]),
        ("2026-04", "", ["from_month"]),
        ("2021-04", "2026-04", ["to_month"]),
        ("2026-03", "2026-03", []),
        ("2021-04", "", []),
    ],
)
def test_months_must_be_in_the_past_and_in_order(first: str, last: str, fields: list[str]) -> None:
    assert wrong(from_month=first, to_month=last) == fields


@pytest.mark.parametrize(
    "text",
    [
        "see https://evil.example/x",
        "HTTP://evil.example",
        "www.evil.example",
        "go to evil.com now",
        "write to me@evil.com",
        "evil.example/path",
        "mailto:me",
        "ｗｗｗ．evil．com",
    ],
)
def test_a_link_in_the_message_is_refused(text: str) -> None:
    assert wrong(message=text) == ["message"]


def test_a_link_in_a_name_is_refused_but_a_company_may_be_called_after_its_address() -> None:
    assert wrong(
        name="Click https://evil.example", company="www.evil.example", candidate_title="x.example/y"
    ) == [
        "candidate_title",
        "company",
        "name",
    ]
    assert wrong(company="Booking.com") == []


@pytest.mark.parametrize("host", ["evil.tk", "evil。tk", "пример.рф"])
def test_a_bare_host_is_refused_in_all_but_the_company(host: str) -> None:
    found = wrong(name=f"Ann {host}", candidate_title=host, message=f"See {host}", company=host)
    assert found == ["candidate_title", "message", "name"]


def test_a_url_path_is_refused_in_a_company_name() -> None:
    assert wrong(company="pay.example.support") == ["company"]


@pytest.mark.parametrize("text", ["Hello. There", "She left at 5.30", "i.e. not", "3.5 m", "Node.js"])
def test_abbreviations_are_not_links(text: str) -> None:
    assert wrong(name=text, company=text, candidate_title=text, message=text) == []


def test_the_message_has_three_hundred_characters_at_most() -> None:
    assert wrong(message="x" * 300) == []
    assert wrong(message="x" * 301) == ["message"]


def test_two_written_forms_of_one_mailbox_compare_equal() -> None:
    assert mailbox(" Ada+Jobs@Mail.Example ") == mailbox("ada@mail.example") == "ada@mail.example"
    assert mailbox("+x@mail.example") == "+x@mail.example"
