"""Replacing referees who have not answered."""

import pytest
from django.core import mail

from goodword.notifications.models import Email
from goodword.references.domain.completion import mark_complete
from goodword.references.domain.invitations import invite_again
from goodword.references.domain.nominations import InvalidNomination, nominate
from goodword.references.models import Referee
from tests.references.stage import DETAILS
from tests.references.story import (
    MANAGER,
    NOW,
    answer,
    candidate_path,
    get,
    html_of,
    mails_to,
    post,
    press_send,
    referee_path,
    sent,
)
from tests.support.jobs import event_names, run_jobs

pytestmark = pytest.mark.django_db

NEW = MANAGER | {"r-name": "Nora Neu", "r-email": "nora@globex.example"}
MARIA = "maria@globex.example"


@pytest.mark.world
def test_replacing_ends_the_old_link_and_waits_for_send() -> None:
    story = sent()
    path, old = candidate_path(story), referee_path(MARIA)
    assert post(f"{path}1/another/", NEW).url == f"{path}review/"
    run_jobs()
    assert b"There is nothing to do here at the moment" in get(old).content
    assert [(request.state, request.why) for request in story.requests] == [
        ("ended", "replaced"),
        ("sent", ""),
    ]
    assert mails_to("nora@globex.example") == []
    assert [shown.email.to_address for shown in get(f"{path}review/").context["mails"]] == [
        "nora@globex.example"
    ]
    press_send(story)
    assert len(mails_to("nora@globex.example")) == 1
    assert len(mails_to("paul@globex.example")) == 1
    answer(referee_path("nora@globex.example"))
    answer(referee_path("paul@globex.example"))
    assert story.check.progress == "completed"


@pytest.mark.main_case
def test_a_referee_who_declined_can_be_replaced() -> None:
    story = sent()
    post(f"{referee_path(MARIA)}no/", {"d-why": "would_rather_not"})
    run_jobs()
    path = candidate_path(story)
    assert b"won't give a reference" in get(path).content
    assert post(f"{path}1/another/", NEW).status_code == 302
    assert (story.requests[0].state, story.requests[0].why) == ("declined", "would_rather_not")
    assert event_names().count("request.replaced") == 0


@pytest.mark.world
def test_an_address_that_reached_the_wrong_person_is_corrected_by_the_candidate() -> None:
    story = sent()
    post(f"{referee_path(MARIA)}no/", {"d-why": "not_me", "d-reason": "No idea who this is"})
    run_jobs()
    asked = mails_to(story.application.candidate.email)[-1]
    assert asked.subject == "Please check the address of Maria Schmidt"
    for words in (str(asked.body), html_of(asked)):
        assert "Our e-mail didn't reach the right person. Please check the address." in words
        assert MARIA in words
        assert "can have many reasons" not in words
        assert "No idea" not in words
    door = candidate_path(story)
    for path in (door, f"{door}1/another/"):
        html = get(path).content.decode()
        assert "Our e-mail didn't reach the right person. Please check the address." in html
        assert "won't give a reference" not in html
    page = get(f"{door}1/another/")
    assert page.context["form"]["name"].value() == "Maria Schmidt"
    corrected = MANAGER | {"r-email": "maria.schmidt@globex.example"}
    assert post(f"{door}1/another/", corrected).url == f"{door}review/"
    press_send(story)
    answer(referee_path("maria.schmidt@globex.example"))
    assert [request.state for request in story.requests] == ["declined", "sent", "answered"]


@pytest.mark.world
@pytest.mark.parametrize(
    ("why", "said"),
    [
        ("not_me", "Our e-mail to this address didn't reach the right person. Please give another address."),
        ("would_rather_not", "Somebody at this address has already declined. Please name somebody else."),
    ],
)
def test_a_referee_who_declined_cannot_be_named_again(why: str, said: str) -> None:
    story = sent()
    post(f"{referee_path(MARIA)}no/", {"d-why": why})
    path = candidate_path(story)
    page = post(f"{path}1/another/", MANAGER | {"r-email": "Maria@globex.example"})
    assert page.context["form"].errors == {"email": [said]}
    assert post(f"{path}1/validate/", MANAGER).json()["problems"] == {"email": said}
    assert [request.state for request in story.requests] == ["declined", "sent"]


@pytest.mark.world
def test_a_referee_who_declined_cannot_be_named_in_a_later_check_of_the_application_either() -> None:
    story = sent()
    post(f"{referee_path(MARIA)}no/", {"d-why": "would_rather_not"})
    answer(referee_path("paul@globex.example"))
    first = story.check
    mark_complete(check_id=first.pk, reason="Enough.", member=story.owner, now=NOW)
    later = invite_again(step_request=first.step_request, member=story.owner, after=first.pk, now=NOW)
    assert later.pk != first.pk
    with pytest.raises(InvalidNomination) as refused:
        nominate(check_id=later.pk, slot=1, details=DETAILS, now=NOW)
    assert refused.value.problems == {
        "email": "Somebody at this address has already declined. Please name somebody else."
    }


@pytest.mark.world
@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("de", "Unsere E-Mail hat nicht die richtige Person erreicht. Bitte prüfen Sie die Adresse."),
        ("fr", "Notre e-mail n’est pas parvenu à la bonne personne. Merci de vérifier l’adresse."),
    ],
)
def test_the_candidate_reads_about_a_wrong_recipient_in_their_language(language: str, said: str) -> None:
    story = sent()
    post(f"{candidate_path(story)}language/", {"language": language})
    post(f"{referee_path(MARIA)}no/", {"d-why": "not_me"})
    run_jobs()
    assert said in str(mails_to(story.application.candidate.email)[-1].body)
    assert said in get(candidate_path(story)).content.decode()


@pytest.mark.world
def test_a_referee_who_has_answered_cannot_be_replaced() -> None:
    story = sent()
    answer(referee_path(MARIA))
    path = candidate_path(story)
    assert get(f"{path}1/another/").url == path
    assert post(f"{path}1/another/", NEW).url == path
    assert story.requests[0].state == "answered"
    assert Referee.objects.of(story.application.organisation).count() == 2


@pytest.mark.world
def test_the_same_person_is_not_named_again_in_another_slot() -> None:
    story = sent()
    path = candidate_path(story)
    post(f"{path}1/another/", NEW)
    page = post(f"{path}2/another/", MANAGER)
    assert list(page.context["form"].errors) == ["email"]
    assert story.requests[1].state == "sent"


def test_an_invalid_replacement_changes_nothing() -> None:
    story = sent()
    page = post(f"{candidate_path(story)}1/another/", NEW | {"r-email": "paul@globex.example"})
    assert list(page.context["form"].errors) == ["email"]
    assert [request.state for request in story.requests] == ["sent", "sent"]


@pytest.mark.world
def test_a_slot_takes_at_most_three_nominations() -> None:
    story = sent()
    path = candidate_path(story)
    for address in ("b@globex.example", "c@globex.example"):
        post(f"{path}1/another/", NEW | {"r-email": address})
        press_send(story)
    page = post(f"{path}1/another/", NEW | {"r-email": "d@globex.example"})
    (said,) = page.context["form"].non_field_errors()
    assert said.startswith("You've already named three people here.")
    assert [request.state for request in story.requests] == ["ended", "sent", "ended", "sent"]


@pytest.mark.world
def test_other_failed_mails_ask_the_candidate_for_nothing() -> None:
    story = sent()
    email = Email.objects.of(story.application.organisation).get(kind="references.invitation")
    before = len(mail.outbox)
    story.happens("email.failed", email_id=email.pk, kind=email.kind, subject_ref=email.subject_ref)
    assert [message for message in mail.outbox[before:] if "wasn't delivered" in message.subject] == []
