"""A check with one contacted referee, made without pages, for browser and thread tests."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from goodword.notifications.domain import links
from goodword.references.domain.invitations import open_check
from goodword.references.domain.nominations import RefereeDetails, nominate
from goodword.references.domain.responses import answering_session
from goodword.references.domain.sending import send_request
from goodword.references.models import Check, ReferenceRequest
from goodword.roles.models import Step
from goodword.workflow.models import lock
from tests.support import factories
from tests.support.kept import kept
from tests.support.mail import mail_is_taken

DETAILS = RefereeDetails(
    name="Maria Schmidt",
    email="maria@globex.example",
    relationship="manager",
    company="Globex",
    candidate_title="Engineer",
    from_month="2021-04",
    to_month="2023-08",
    message="Dear Maria, would you tell them about the crane?",
)


@dataclass(frozen=True, kw_only=True)
class Stage:
    check_id: int
    request_id: int
    candidate_path: str
    referee_path: str

    @property
    def request(self) -> ReferenceRequest:
        rows = ReferenceRequest.objects.across_organisations().select_related(
            "referee", "check_run__version", "check_run__step_request__application__candidate"
        )
        return rows.get(pk=self.request_id)

    def page_of(self, question_id: str) -> int:
        request = self.request
        return answering_session(request.check_run, request, now=factories.NOW).page_of(question_id)


@kept
def set_up(*, now: datetime, languages: tuple[str, ...] = ("en", "de")) -> Stage:
    """A check of the general questionnaire with a self-reference; its first referee is contacted."""
    role = factories.role(factories.organisation(name="Acme Bikes"))
    application = factories.application(role)
    step = factories.step(role, Step.Kind.REFERENCE_CHECK)
    step.languages, step.self_reference = list(languages), Step.SelfReference.ASKED
    step.save()
    step_request = factories.step_request(application, step.kind)
    with transaction.atomic():
        check = open_check(step_request=step_request, now=now, by="greenhouse")
    referee = nominate(check_id=check.pk, slot=1, details=DETAILS, now=now)
    with transaction.atomic():
        check = lock(Check, check.pk)
        request = send_request(check, referee, now=now)
        check.save()
    mail_is_taken(application, at=now)
    return Stage(
        check_id=check.pk,
        request_id=request.pk,
        candidate_path=_path(check, "candidate", check.step_request_id, now=now),
        referee_path=_path(check, "referee", request.pk, now=now),
    )


def _path(check: Check, purpose: str, subject_id: int, *, now: datetime) -> str:
    url = links.mint(organisation=check.organisation, purpose=purpose, subject_id=subject_id, now=now)
    return f"/{url.split('/', 3)[3]}"
