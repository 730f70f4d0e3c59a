"""A mail is sent again while its assessment or reference check ends."""

import pytest
from django.urls import reverse

from goodword.assessments.attempts.member_actions import cancel_attempt
from goodword.notifications.models import Email
from goodword.references.domain.member_actions import cancel_check
from tests.references.story import NOW, sent
from tests.support import factories
from tests.support.overlap import before_commit
from tests.support.pages import signed_in
from tests.workspace.needs_you.world import bounced, world

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.programs,
    pytest.mark.world,
    pytest.mark.time_machine(NOW, tick=False),
]


def test_a_cancelled_assessment_sends_no_bounced_mail_again() -> None:
    here = world()
    attempt = bounced(here.named("Ada"), "ada@mail.example")
    email = Email.objects.of(attempt.organisation).get()
    browser = signed_in(here.rita)
    where = reverse("undelivered_again", args=[attempt.organisation.slug, email.pk])
    with before_commit(lambda: browser.post(where)):
        cancel_attempt(attempt_id=attempt.pk, member=here.rita, now=NOW)
    email.refresh_from_db()
    assert email.state == "sent"


def test_a_cancelled_check_sends_no_bounced_mail_again() -> None:
    story = sent()
    organisation = story.application.organisation
    rita, request = factories.member(organisation), story.requests[0]
    mails = Email.objects.of(organisation).filter(link_purpose="referee", link_subject_id=request.pk)
    mails.update(bounced_at=NOW)
    email = mails.get()
    browser = signed_in(rita)
    where = reverse("undelivered_again", args=[organisation.slug, email.pk])
    with before_commit(lambda: browser.post(where)):
        cancel_check(check_id=story.check.pk, member=rita, now=NOW)
    email.refresh_from_db()
    assert email.state == "sent"
