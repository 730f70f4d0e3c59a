"""A member cancels a check while its invitation is being sent."""

import pytest

from goodword.core import outbox
from goodword.core.events import reacting
from goodword.core.models import Reaction
from goodword.notifications.domain.send import record_sent
from goodword.notifications.models import Email
from goodword.references.domain.member_actions import cancel_check
from goodword.references.models import Check
from goodword.workflow.domain.runs import lock_for_member
from goodword.workflow.models import is_open
from tests.references.story import NOW, opened
from tests.support import factories
from tests.support.overlap import before_commit

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.programs, pytest.mark.world]


def test_a_check_is_cancelled_while_its_invitation_is_recorded_as_sent() -> None:
    """The worker holds the mail and waits for the check, and the member the other way round. The worker gives up."""
    story = opened()
    check, rita = story.check, factories.member(story.application.organisation, kind="admin")
    mails = Email.objects.of(check.organisation).filter(subject_ref=check.step_request.mail_ref)
    mails.update(state="queued", not_before=NOW)
    email = outbox.claim(Email, mails.get().pk, now=NOW)
    assert email is not None

    def settle() -> bool:
        with reacting():
            record_sent(email, now=NOW)
        return True

    def cancel() -> None:
        cancel_check(check_id=check.pk, member=rita, now=NOW)

    with before_commit(settle, then=cancel) as settled:
        lock_for_member(Check, check.pk, member=rita)
    assert settled == [True]
    assert (mails.get().state, is_open(story.check)) == ("sent", False)
    assert list(Reaction.objects.filter(state="waiting").values_list("handler", flat=True)) == [
        "references.domain.invitations.on_email_sent"
    ]
