"""Flags on the candidate's page, and dismissing them."""

from html import unescape
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from goodword.accounts.models import AuditEntry, Membership
from goodword.core import clock
from goodword.references.flags import rules
from goodword.references.flags.display import SENTENCES, WORDS, sentence
from goodword.references.models import CheckFlag
from tests.references.story import MANAGER, PEER, Story, candidate_path, opened, post, press_send, sent
from tests.support import factories
from tests.support.kept import kept
from tests.support.pages import signed_in

pytestmark = pytest.mark.django_db


@kept
def suspicious() -> tuple[Story, CheckFlag]:
    story = opened()
    path = candidate_path(story)
    post(f"{path}1/", MANAGER)
    post(f"{path}2/", PEER | {"r-email": "paul@mailinator.com"})
    press_send(story)
    return story, CheckFlag.objects.of(story.application.organisation).get()


def page_of(member: Membership, story: Story) -> str:
    return text_of(signed_in(member).get(address(story)))


def text_of(response: Any) -> str:
    return " ".join(unescape(response.content.decode()).split())


def address(story: Story, flag: CheckFlag | None = None) -> str:
    end = f"flags/{flag.pk}/dismiss/" if flag else ""
    return f"/o/{story.application.organisation.slug}/candidates/{story.application.pk}/{end}"


def test_every_flag_has_a_wording_and_a_sentence() -> None:
    names = [
        name for name in vars(rules) if name.isupper() and not name.startswith("_") and name != "CANDIDATE"
    ]
    codes = {value for name in names if isinstance(value := getattr(rules, name), str)}
    assert codes == set(WORDS) == set(SENTENCES)


@pytest.mark.world
def test_flags_of_one_kind_have_differently_named_links() -> None:
    story = opened()
    path = candidate_path(story)
    post(f"{path}1/", MANAGER | {"r-email": "maria@mailinator.com"})
    post(f"{path}2/", PEER | {"r-email": "paul@mailinator.com"})
    press_send(story)
    client = signed_in(factories.member(story.application.organisation))
    page = BeautifulSoup(client.get(address(story)).content, "html.parser")
    names = [link.text for link in page.select("li.flag .button")]
    assert len(set(names)) == len(names) == 2


@pytest.mark.world
def test_the_page_shows_facts_explanations_and_advice() -> None:
    story, _ = suspicious()
    text = page_of(factories.member(story.application.organisation), story)
    for words in (
        "Flags to review",
        "Grade: High",
        "Disposable address",
        "Paul Meier has an address at mailinator.com, a service for disposable addresses.",
        "Some people use such an address to avoid spam.",
        "Contact the referee through the company",
        "Shown only here, never in reports, lists or comparisons.",
    ):
        assert words in text


@pytest.mark.world
def test_the_card_says_if_there_are_no_flags_and_is_hidden_before_sending() -> None:
    story = opened()
    member = factories.member(story.application.organisation)
    assert "Flags to review" not in page_of(member, story)
    post(f"{candidate_path(story)}1/", MANAGER | {"r-email": "maria@gmail.com"})
    assert "Flags to review" not in page_of(member, story)
    sent(story)
    text = page_of(member, story)
    assert "Grade: None" in text and "No flags." in text


@pytest.mark.world
def test_hiring_managers_see_no_flags() -> None:
    story, flag = suspicious()
    member = factories.member(story.application.organisation, kind="hiring_manager")
    assert story.application.role is not None
    story.application.role.viewers.add(member)
    response = signed_in(member).get(address(story))
    assert response.status_code == 200
    assert "Flags to review" not in text_of(response)
    assert "Disposable address" not in text_of(response)
    for method in ("get", "post"):
        refused = getattr(signed_in(member), method)(address(story, flag), {"note": "Nothing."})
        assert refused.status_code == 403
    assert unchanged(flag)


@pytest.mark.world
def test_a_dismissed_flag_is_folded_with_name_and_note() -> None:
    story, flag = suspicious()
    member = factories.member(story.application.organisation, name="Rita Recruiter")
    client = signed_in(member)
    assert "Disposable address" in text_of(client.get(address(story, flag)))
    response = client.post(address(story, flag), {"note": "Spoke to <b>him</b> by phone."})
    assert response["Location"] == f"{address(story)}#flags"
    text = text_of(client.get(address(story)))
    assert "Grade: None" in text and "All flags have been dismissed." in text
    assert "1 dismissed flag" in text and "Dismissed by Rita Recruiter" in text
    assert "Spoke to <b>him</b> by phone." in text
    assert "Spoke to &lt;b&gt;him&lt;/b&gt;" in client.get(address(story)).content.decode()
    flag.refresh_from_db()
    assert (flag.dismissed_by, flag.dismissed_note) == (member, "Spoke to <b>him</b> by phone.")
    entry = AuditEntry.objects.of(story.application.organisation).get(action="flag.dismissed")
    assert (entry.member, entry.details) == (member, {"flag": flag.pk, "check": story.check.pk})


@pytest.mark.world
def test_a_second_dismissal_changes_nothing() -> None:
    story, flag = suspicious()
    first, second = (factories.member(story.application.organisation) for _ in range(2))
    signed_in(first).post(address(story, flag), {"note": "Mine."})
    response = signed_in(second).post(address(story, flag), {"note": "Other."}, follow=True)
    assert "already been dismissed. See its note. Yours wasn't saved: “Other.”" in text_of(response)
    flag.refresh_from_db()
    assert (flag.dismissed_by, flag.dismissed_note) == (first, "Mine.")
    assert AuditEntry.objects.of(story.application.organisation).filter(action="flag.dismissed").count() == 1


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("note", "words"),
    [
        ("", "Say in a sentence why you're dismissing it."),
        ("\u202e ", "Say in a sentence why you're dismissing it."),
        ("long " * 101, "at most 500 characters"),
    ],
)
def test_an_invalid_note_shows_an_error_and_is_kept(note: str, words: str) -> None:
    story, flag = suspicious()
    client = signed_in(factories.member(story.application.organisation))
    response = client.post(address(story, flag), {"note": note})
    text = text_of(response)
    assert response.status_code == 200 and words in text
    assert note.strip("\u202e ") in text
    assert unchanged(flag)


def test_other_organisations_and_strangers_cannot_dismiss_flags() -> None:
    story, flag = suspicious()
    stranger = factories.member(factories.organisation())
    assert signed_in(stranger).post(address(story, flag), {"note": "x"}).status_code == 404
    own = factories.application(factories.role(stranger.organisation))
    through = f"/o/{stranger.organisation.slug}/candidates/{own.pk}/flags/{flag.pk}/dismiss/"
    assert signed_in(stranger).post(through, {"note": "x"}).status_code == 404
    signed_out = Client().post(address(story, flag), {"note": "x"})
    assert (signed_out.status_code, "/accounts/login/" in signed_out["Location"]) == (302, True)
    assert unchanged(flag)


def test_a_flag_is_found_only_through_its_own_application() -> None:
    story, flag = suspicious()
    assert story.application.role is not None
    other = factories.application(story.application.role)
    member = factories.member(story.application.organisation)
    wrong = f"/o/{story.application.organisation.slug}/candidates/{other.pk}/flags/{flag.pk}/dismiss/"
    assert signed_in(member).post(wrong, {"note": "x"}).status_code == 404
    assert unchanged(flag)


@pytest.mark.world
def test_the_number_of_queries_does_not_depend_on_flags() -> None:
    story, flag = suspicious()
    client = signed_in(factories.member(story.application.organisation))
    client.get(address(story))
    with CaptureQueriesContext(connection) as one:
        client.get(address(story))
    for code in ("address_free", "fast"):
        CheckFlag.objects.create(
            organisation=flag.organisation,
            check_run=flag.check_run,
            referee=flag.referee,
            code=code,
            key=flag.key,
            grade="low",
            facts={
                "domain": "gmail.com",
                "seconds": 40,
                "expected": 300,
                "words": 60,
                "hasty": True,
                "typed": False,
            },
            found_at=clock.now(),
        )
    with CaptureQueriesContext(connection) as three:
        client.get(address(story))
    assert len(three) == len(one)


def unchanged(flag: CheckFlag) -> bool:
    flag.refresh_from_db()
    return (flag.dismissed_at, flag.dismissed_note) == (None, "")


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("code", "facts", "expected"),
    [
        (
            rules.FAST,
            {"seconds": 14, "expected": 60, "words": 3, "hasty": True, "typed": False},
            "Ann took 14 seconds; most people take about 1 minute.",
        ),
        (
            rules.FAST,
            {"seconds": 90, "expected": 600, "words": 300, "hasty": True, "typed": True},
            (
                "Ann took 90 seconds; most people take about 10 minutes. They wrote 300 words: 200 a minute, faster "
                "than almost anyone types."
            ),
        ),
        (
            rules.FAST,
            {"seconds": 180, "expected": 600, "words": 450, "hasty": False, "typed": True},
            "Ann took 3 minutes and wrote 450 words: 150 a minute, faster than almost anyone types.",
        ),
        (
            rules.MEMBER,
            {"domain": "acme.example"},
            "Ann has an address at acme.example, which belongs to your organisation or one of its members.",
        ),
        (
            rules.ALIKE_RATINGS,
            {"ratings": 8, "same_picks": False},
            "Ann and Ben gave the same 8 ratings.",
        ),
        (
            rules.SAME_NETWORK,
            {"office": False},
            "Ann and Ben used the same network address, on different devices.",
        ),
        (
            rules.SAME_DEVICE,
            {"office": False},
            "Ann and Ben used the same type of device, which appears in none of your other checks.",
        ),
    ],
)
def test_a_flag_states_its_facts(code: str, facts: dict[str, Any], expected: str) -> None:
    assert sentence(code, facts, ["Ann", "Ben"]) == expected
