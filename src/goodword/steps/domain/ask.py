"""A question from a candidate or a referee reaches the recruiter by e-mail."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from goodword.candidates.models import Application
from goodword.candidates.queries import recruiter_of
from goodword.core.events import record
from goodword.notifications.domain.queue import Person, queue
from goodword.notifications.models import Email
from goodword.steps.domain.standing import hold

KIND = "steps.asked"
#: questions of one person within a day
MOST_A_DAY = 5


def ask(*, application: Application, by: str, name: str, address: str, text: str, now: datetime) -> bool:
    """Mail the recruiter what somebody on a portal asks; a reply goes to `address`, theirs.

    `by` tells askers apart ("candidate", "referee:31"). False, and nothing sent, after five within a day, and of
    somebody whose data is to go.
    """
    with transaction.atomic():
        application = hold(application.pk)
        if application.is_going:
            return False
        ref = f"asked:{application.pk}:{by}"
        asked = Email.objects.of(application.organisation).filter(kind=KIND, subject_ref=ref)
        if asked.filter(created_at__gt=now - timedelta(days=1)).count() >= MOST_A_DAY:
            return False
        recruiter = recruiter_of(application)
        path = reverse("candidate", args=[application.organisation.slug, application.pk])
        queue(
            organisation=application.organisation,
            kind=KIND,
            key=f"{ref}:{asked.count() + 1}",
            to=Person(name=recruiter.name, address=recruiter.address),
            sender=Person(name=name, address=address),
            template="steps/mail/asked",
            context={
                "asker": name,
                "is_candidate": by == "candidate",
                "candidate_name": application.candidate.name,
                "role_title": application.role.title if application.role else "",
                "lines": text.splitlines(),
                "page_url": settings.GOODWORD_BASE_URL + path,
            },
            application=application,
            subject_ref=ref,
            now=now,
        )
        record(
            "portal.asked",
            organisation_id=application.organisation_id,
            application_id=application.pk,
            actor="candidate" if by == "candidate" else "referee",
            at=now,
            data={"by": by},
        )
        return True
