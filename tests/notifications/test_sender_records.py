"""SPF, DKIM and DMARC records and their explanations."""

import pytest

from goodword.core.dns import DnsAnswer, Failure
from goodword.notifications.domain.sender_domain import (
    GOOD,
    UNKNOWN,
    WEAK,
    WRONG,
    dkim,
    dmarc,
    is_aligned,
    organisational,
    spf,
)

DOMAIN = "mail.acme.co.uk"
OURS = ["include:spf.example.net"]


@pytest.mark.parametrize(
    ("texts", "state", "word", "value"),
    [
        ([], WRONG, "Missing", "v=spf1 include:spf.example.net ~all"),
        (["google-site-verification=x", "v=spf10 all"], WRONG, "Missing", "v=spf1 include:spf.example.net ~all"),
        (["v=spf1 include:spf.example.net -all"], GOOD, "Set", ""),
        (["V=SPF1 mx Include:SPF.example.net ?all", "other"], GOOD, "Set", ""),
        (["v=spf1 -all"], WRONG, "Wrong", "v=spf1 include:spf.example.net -all"),
        (["v=spf1 include:other.net ~all"], WEAK, "Check", "v=spf1 include:spf.example.net include:other.net ~all"),
        (["v=spf1 redirect=other.net"], WEAK, "Check", "v=spf1 include:spf.example.net redirect=other.net"),
        (["v=spf1 include:spf.example.net +all"], WRONG, "Wrong", ""),
        (["v=spf1 all"], WRONG, "Wrong", ""),
        (["v=spf1 -all", "v=spf1 mx -all"], WRONG, "Wrong", ""),
    ],
)  # fmt: skip
def test_spf(texts: list[str], state: str, word: str, value: str) -> None:
    found = spf(DOMAIN, DnsAnswer(tuple(texts)), allowed=OURS)
    assert (found.name, found.state, found.word, found.value) == (DOMAIN, state, word, value)
    assert found.seen == tuple(text for text in texts if text.lower().startswith("v=spf1 "))


def test_spf_of_an_unknown_mail_server_names_no_value() -> None:
    for texts in ((), ("v=spf1 mx -all",)):
        found = spf(DOMAIN, DnsAnswer(texts), allowed=[])
        assert (found.value, "GOODWORD_MAIL_SPF" in found.source) == ("", True)
    assert found.state == UNKNOWN


@pytest.mark.parametrize(
    ("texts", "state", "word"),
    [
        ([], WRONG, "Missing"),
        (["unrelated"], WRONG, "Missing"),
        (["v=DKIM1; k=rsa; p=MIGf"], GOOD, "Set"),
        (["k=rsa; p=MIGf MA0G"], GOOD, "Set"),
        (["v=DKIM1; p="], WRONG, "Revoked"),
        (["v=DKIM2; p=MIGf"], WRONG, "Wrong"),
        (["p=a", "p=b"], WRONG, "Wrong"),
    ],
)
def test_dkim(texts: list[str], state: str, word: str) -> None:
    found = dkim(DOMAIN, "s1", DnsAnswer(tuple(texts)))
    assert (found.name, found.state, found.word) == (f"s1._domainkey.{DOMAIN}", state, word)


@pytest.mark.parametrize(
    ("own", "parent", "state", "word"),
    [
        ([], None, WRONG, "Missing"),
        ([], [], WRONG, "Missing"),
        (["v=DMARC1; p=none; rua=mailto:a@b.example"], None, WEAK, "Observing"),
        (["v=DMARC1; p=reject"], None, GOOD, "Set"),
        (["v=DMARC1;p=Quarantine"], ["v=DMARC1; p=none"], GOOD, "Set"),
        ([], ["v=DMARC1; p=reject"], GOOD, "Set"),
        ([], ["v=DMARC1; p=reject; sp=none"], WEAK, "Observing"),
        (["v=DMARC1; p=quarantine; sp=none"], None, GOOD, "Set"),
        (["v=DMARC1; p=maybe"], None, WRONG, "Wrong"),
        (["v=DMARC1"], None, WRONG, "Wrong"),
        (["v=DMARC1; p=none", "v=DMARC1; p=reject"], None, WRONG, "Wrong"),
        (["v=DMARC12; p=none"], None, WRONG, "Missing"),
    ],
)
def test_dmarc(own: list[str], parent: list[str] | None, state: str, word: str) -> None:
    above = None if parent is None else DnsAnswer(tuple(parent))
    found = dmarc(DOMAIN, DnsAnswer(tuple(own)), above)
    assert (found.name, found.state, found.word) == (f"_dmarc.{DOMAIN}", state, word)


@pytest.mark.parametrize("failure", list(Failure))
def test_a_failed_lookup_is_not_a_missing_record(failure: Failure) -> None:
    failed = DnsAnswer(failure=failure)
    found = [
        spf(DOMAIN, failed, allowed=OURS),
        dkim(DOMAIN, "s1", failed),
        dmarc(DOMAIN, failed, None),
        dmarc(DOMAIN, DnsAnswer(), failed),
    ]
    assert {(finding.state, finding.word) for finding in found} == {(UNKNOWN, "Not known")}
    assert len({finding.sentence for finding in found}) == 1


def test_organisational_domains() -> None:
    assert organisational("Mail.Acme.co.uk") == "acme.co.uk"
    assert organisational("goodword.example") == "goodword.example"
    assert is_aligned("acme.com", "bounces.acme.com")
    assert not is_aligned("acme.co.uk", "other.co.uk")
