"""Flags in referees' addresses."""

import pytest

from goodword.references.flags.rules import NamedReferee, address_flag, fits
from goodword.workflow.models import FlagFinding


def flag(email: str, company: str = "Globex GmbH") -> tuple[str, str] | None:
    found = address_flag(
        NamedReferee(id=7, email=email, company=company),
        own_domains=["@Acme.example", "acme.test"],
        member_addresses=["rita@consulting.example"],
    )
    return (found.code, found.grade) if found else None


@pytest.mark.parametrize(
    ("email", "expected"),
    [
        ("maria@globex.example", None),
        ("maria@mail.globex.co.uk", None),
        ("rolf@acme.example", ("address_member", "medium")),
        ("rolf@people.ACME.example", ("address_member", "medium")),
        ("Rita+refs@Consulting.example", ("address_member", "medium")),
        ("maria@notacme.example", ("address_domain", "low")),
        ("maria@mailinator.com", ("address_disposable", "high")),
        ("maria@box.mailinator.com", ("address_disposable", "high")),
        ("maria@gmail.com", ("address_free", "low")),
        ("maria@Web.De", ("address_free", "low")),
        ("maria@initech.example", ("address_domain", "low")),
    ],
)
def test_an_address_raises_at_most_one_flag(email: str, expected: tuple[str, str] | None) -> None:
    assert flag(email) == expected


@pytest.mark.parametrize(
    ("domain", "company"),
    [
        ("globex.example", "Globex GmbH"),
        ("globex-group.com", "Globex"),
        ("globexcorp.com", "The Globex Corporation, Inc."),
        ("mueller.de", "Müller & Söhne KG"),
        ("loreal.com", "L'Oréal S.A."),
        ("tum.de", "Technische Universität München"),
        ("cs.lmu.de", "Ludwig-Maximilians-Universität"),
        ("ibm.com", "International Business Machines"),
        ("brightwrks.io", "Brightworks"),
        ("db.com", "Deutsche Bank AG"),
        ("companygroup.example", "The Company Group"),
        ("globex.example", ""),
        ("globex.example", "株式会社"),
        ("localhost", "Globex"),
    ],
)
def test_a_domain_matches_by_word_initials_or_similarity_or_if_nothing_can_be_compared(
    domain: str, company: str
) -> None:
    assert fits(domain, company)


@pytest.mark.parametrize(
    ("domain", "company"),
    [
        ("initech.example", "Globex GmbH"),
        ("example.de", "Deutsche Bank AG"),
        ("co.example", "Globex Co"),
        ("consulting.example", "Hooli"),
    ],
)
def test_an_unrelated_domain_does_not_match(domain: str, company: str) -> None:
    assert not fits(domain, company)


def test_address_facts_are_domain_and_company() -> None:
    found = address_flag(
        NamedReferee(id=7, email="maria@initech.example", company="Globex"),
        own_domains=[],
        member_addresses=[],
    )
    assert found == FlagFinding(
        code="address_domain",
        grade="low",
        key="7",
        facts={"domain": "initech.example", "company": "Globex"},
    )
