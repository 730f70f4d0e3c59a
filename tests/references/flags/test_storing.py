"""Storing the flags of a check."""

from typing import Any

import pytest
from django.db import transaction

from goodword.core.events import record
from goodword.references.domain.member_actions import correct_address
from goodword.references.flags.display import flags_of
from goodword.references.flags.raising import update_flags
from goodword.references.models import Check, CheckFlag, Reference, ReferenceRequest, SelfReference
from goodword.workflow.flags.dismissal import NoteRequired, dismiss_flag
from goodword.workflow.models import lock
from tests.references.story import (
    ANSWERS,
    FACTS,
    MANAGER,
    NOW,
    PEER,
    Story,
    answer,
    candidate_path,
    opened,
    post,
    press_send,
    referee_path,
    sent,
)
from tests.support import factories
from tests.support.jobs import run_jobs

pytestmark = pytest.mark.django_db

MARIA, PAUL = "maria@globex.example", "paul@globex.example"
TEXT = "She always kept her word, asked early when something was unclear, and calmed an angry customer twice."


def found(story: Story) -> list[tuple[str, str]]:
    rows = CheckFlag.objects.of(story.application.organisation).filter(check_run=story.check)
    return sorted(rows.values_list("code", "grade"))


def with_text(text: str) -> list[dict[str, Any]]:
    return [page | {"q-strengths": text} if "q-strengths" in page else page for page in ANSWERS]


def slow(story: Story) -> None:
    """Give the references a plausible answering time."""
    Reference.objects.of(story.application.organisation).update(seconds=300)


def settled(story: Story) -> None:
    with transaction.atomic():
        update_flags(lock(Check, story.check.pk), now=NOW)


def private(story: Story) -> Story:
    path = candidate_path(story)
    assert post(f"{path}1/", MANAGER).status_code == 302
    assert post(f"{path}2/", PEER | {"r-email": "paul@mailinator.com"}).status_code == 302
    press_send(story)
    return story


@pytest.mark.world
def test_nothing_is_flagged_before_sending() -> None:
    story = opened()
    path = candidate_path(story)
    post(f"{path}1/", MANAGER | {"r-email": "maria@gmail.com"})
    settled(story)
    assert found(story) == []


@pytest.mark.main_case
def test_addresses_are_checked_when_requests_are_sent() -> None:
    story = private(opened())
    assert found(story) == [("address_disposable", "high")]
    (flag,) = CheckFlag.objects.of(story.application.organisation)
    paul = story.requests[1].referee
    assert (flag.referee_id, flag.key, flag.facts) == (paul.pk, str(paul.pk), {"domain": "mailinator.com"})


@pytest.mark.world
def test_ordinary_referees_raise_no_flags() -> None:
    story = sent()
    answer(referee_path(MARIA), [FACTS | {"q-dates": "confirmed", "q-title": "confirmed"}, *ANSWERS[1:]])
    answer(
        referee_path(PAUL),
        [
            {"q-relationship": "confirmed", "q-dates": "confirmed", "q-title": "confirmed"},
            *(page | {"q-reliability": "2"} if "q-reliability" in page else page for page in ANSWERS[1:-1]),
            ANSWERS[-1]
            | {
                "q-strengths": "He planned our move to the new hall and noticed that the crane would not fit.",
                "q-develop": "More patience in long meetings, and fewer of them.",
            },
        ],
    )
    CheckFlag.objects.of(story.application.organisation).all().delete()
    slow(story)
    settled(story)
    assert found(story) == []


@pytest.mark.world
def test_copied_texts_and_identical_ratings_are_flagged_with_the_second_reference() -> None:
    story = sent()
    answer(referee_path(MARIA), with_text(TEXT))
    assert ("alike_texts", "high") not in found(story)
    answer(referee_path(PAUL), with_text(f"{TEXT} Any day."))
    flags = dict(found(story))
    assert flags["alike_texts"] == "high"
    (alike,) = CheckFlag.objects.of(story.application.organisation).filter(code="alike_texts")
    ids = sorted(request.referee_id for request in story.requests)
    assert (alike.referee_id, alike.key) == (None, ",".join(map(str, ids)))


@pytest.mark.world
def test_a_text_copied_from_the_self_reference_is_flagged() -> None:
    story = sent()
    answer(referee_path(MARIA), with_text(TEXT))
    SelfReference.objects.create(
        organisation=story.application.organisation,
        check_run=story.check,
        version=story.check.version,
        answers={"strengths": TEXT, "develop": "Nothing that I know of."},
        begun_at=NOW,
        submitted_at=NOW,
    )
    settled(story)
    (flag,) = CheckFlag.objects.of(story.application.organisation).filter(code="alike_texts")
    assert (flag.grade, flag.key) == ("high", f"{story.requests[0].referee_id},candidate")
    shown = next(
        displayed_flag for displayed_flag in flags_of(story.check).to_review if displayed_flag.id == flag.pk
    )
    assert f"one by {story.application.candidate.name} share 100%" in shown.facts


@pytest.mark.world
def test_private_topics_are_flagged_for_their_author() -> None:
    story = sent()
    answer(referee_path(MARIA), with_text("She kept every date although she was ill for months."))
    SelfReference.objects.create(
        organisation=story.application.organisation,
        check_run=story.check,
        version=story.check.version,
        answers={"strengths": "I kept every date, also while I was pregnant.", "develop": "Nothing."},
        begun_at=NOW,
        submitted_at=NOW,
    )
    settled(story)
    settled(story)
    flags = CheckFlag.objects.of(story.application.organisation).filter(code="private_topics").order_by("pk")
    maria = story.requests[0].referee_id
    assert [(flag.referee_id, flag.key, flag.facts, flag.grade) for flag in flags] == [
        (maria, str(maria), {"topics": ["health"]}, "low"),
        (None, "candidate", {"topics": ["family"]}, "low"),
    ]
    assert {"What Maria Schmidt wrote may touch on health."} <= {
        shown.facts for shown in flags_of(story.check).to_review
    }


@pytest.mark.world
def test_corrections_by_referees_are_flagged() -> None:
    story = sent()
    corrected = FACTS | {
        "q-dates-from_year": "2022",
        "q-title": "corrected",
        "q-title-title": "Cook",
    }
    for whose, facts in ((MARIA, corrected), (PAUL, FACTS | {"q-title": "confirmed"})):
        post(f"{referee_path(whose)}facts/", facts)
    run_jobs()
    assert found(story) == [
        ("dates_corrected", "medium"),
        ("title_corrected", "medium"),
        ("titles_differ", "medium"),
    ]
    assert {flag.facts for flag in flags_of(story.check).to_review} == {
        "The candidate stated: April 2021 to August 2023. Maria Schmidt says: May 2022 to August 2023.",
        "The candidate stated “Engineer”. Maria Schmidt says “Cook”.",
        "Maria Schmidt says “Cook”, Paul Meier says “Engineer”, both for Globex.",
    }


@pytest.mark.world
def test_dismissed_flags_stay_dismissed() -> None:
    story = private(opened())
    (flag,) = CheckFlag.objects.of(story.application.organisation)
    member = factories.member(story.application.organisation)
    dismiss_flag(CheckFlag, flag_id=flag.pk, member=member, note="Spoke to him.", now=NOW)
    before = list(CheckFlag.objects.of(story.application.organisation).values())
    for _ in range(2):
        settled(story)
    assert list(CheckFlag.objects.of(story.application.organisation).values()) == before
    assert flags_of(story.check).grade == "none"


@pytest.mark.world
def test_flags_are_deleted_with_a_replaced_referee() -> None:
    story = private(opened())
    path = candidate_path(story)
    post(f"{path}2/another/", PEER | {"r-name": "Nora", "r-email": "nora@globex.example"})
    run_jobs()
    assert found(story) == []


@pytest.mark.world
def test_address_flags_are_deleted_when_the_address_is_corrected() -> None:
    story = private(opened())
    request = story.requests[1]
    request.referee.email = "paul@gmail.com"
    request.referee.save()
    with transaction.atomic():
        record(
            "request.address_corrected",
            organisation_id=story.application.organisation_id,
            application_id=story.application.pk,
            actor="member:1",
            at=NOW,
            data={
                "step_request_id": story.check.step_request_id,
                "check_id": story.check.pk,
                "request_id": request.pk,
            },
        )
    run_jobs()
    assert found(story) == [("address_free", "low")]


@pytest.mark.world
@pytest.mark.parametrize(
    ("address", "domain", "dismissed"),
    [("paul@maildrop.cc", "maildrop.cc", False), ("paul.meier@mailinator.com", "mailinator.com", True)],
)
def test_a_dismissal_ends_when_the_address_is_corrected_to_another_domain(
    address: str, domain: str, dismissed: bool
) -> None:
    story = private(opened())
    organisation = story.application.organisation
    (flag,) = CheckFlag.objects.of(organisation)
    member = factories.member(organisation)
    dismiss_flag(CheckFlag, flag_id=flag.pk, member=member, note="Spoke to him.", now=NOW)
    correct_address(request_id=story.requests[1].pk, address=address, member=member, now=NOW)
    run_jobs()
    (flag,) = CheckFlag.objects.of(organisation)
    assert (flag.code, flag.facts["domain"], flag.dismissed_at is not None) == (
        "address_disposable",
        domain,
        dismissed,
    )


@pytest.mark.world
def test_no_flags_are_raised_during_erasure() -> None:
    story = sent()
    answer(referee_path(MARIA), with_text(TEXT))
    CheckFlag.objects.of(story.application.organisation).all().delete()
    story.application.erasure_requested_at = NOW
    story.application.save()
    with transaction.atomic():
        record(
            "check.requests_sent",
            organisation_id=story.application.organisation_id,
            application_id=story.application.pk,
            actor="candidate",
            at=NOW,
            data={"step_request_id": story.check.step_request_id, "check_id": story.check.pk},
        )
    run_jobs()
    assert found(story) == []


@pytest.mark.world
@pytest.mark.parametrize("note", ["", "   ", "\x00", "x" * 501])
def test_dismissing_requires_a_note(note: str) -> None:
    story = private(opened())
    (flag,) = CheckFlag.objects.of(story.application.organisation)
    with pytest.raises(NoteRequired):
        dismiss_flag(
            CheckFlag,
            flag_id=flag.pk,
            member=factories.member(story.application.organisation),
            note=note,
            now=NOW,
        )
    flag.refresh_from_db()
    assert flag.dismissed_at is None


@pytest.mark.world
def test_flags_do_not_block_the_check() -> None:
    story = private(opened())
    answer(referee_path(MARIA), with_text(TEXT))
    answer(referee_path("paul@mailinator.com"), with_text(TEXT))
    assert flags_of(story.check).grade == "high"
    assert story.check.progress == "completed"
    assert [request.state for request in story.requests] == [ReferenceRequest.State.ANSWERED] * 2
