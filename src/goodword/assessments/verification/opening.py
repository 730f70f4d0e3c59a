"""Members open a verification, get the link for the supervised device, and discard it before its end."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from goodword.accounts.domain.audit import write
from goodword.accounts.models import Membership
from goodword.assessments.attempts.part_state import record_event
from goodword.assessments.kinds.reasoning.content import VERSION, ReasoningTest
from goodword.assessments.kinds.reasoning.verification import FORMS, Comparison, verification_form
from goodword.assessments.models import Attempt, AttemptPart, Test, Verification
from goodword.assessments.queries import content_of
from goodword.assessments.verification.taking import is_over
from goodword.candidates.models import Application
from goodword.core.text import written_day
from goodword.notifications.domain import links
from goodword.notifications.models import Link
from goodword.workflow.domain.eligibility import lock_application
from goodword.workflow.domain.member_actions import Refused, actor
from goodword.workflow.models import StepRequest
from goodword.workflow.states import DONE


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationStatus:
    """A verification as members see it: without times, which would reveal adjustments."""

    verification: Verification
    comparison: Comparison | None
    over: bool

    @property
    def waits(self) -> bool:
        return self.verification.begun_at is None

    @property
    def runs(self) -> bool:
        return not self.waits and not self.over


def status_of(verification: Verification, *, now: datetime) -> VerificationStatus:
    comparison = Comparison.from_json(verification.comparison) if verification.comparison else None
    return VerificationStatus(
        verification=verification, comparison=comparison, over=is_over(verification, now=now)
    )


def verifications_of(application: Application) -> QuerySet[Verification]:
    """Newest first, without discarded ones."""
    rows = Verification.objects.of(application.organisation).filter(
        part__attempt__step_request__application_id=application.pk, discarded_at=None
    )
    return rows.select_related("part__attempt", "opened_by__user").order_by("-pk")


def finished_part(application: Application) -> AttemptPart | None:
    """The reasoning part of the latest finished attempt that has one, whole or not."""
    rows = AttemptPart.objects.of(application.organisation).filter(
        attempt__step_request__application_id=application.pk,
        attempt__progress__in=DONE,
        version__test__kind=Test.Kind.REASONING,
        ended_at__isnull=False,
    )
    return (
        rows.select_related("version__test", "part", "attempt__step_request", "organisation")
        .order_by("-attempt_id", "order")
        .first()
    )


def may_verify(application: Application) -> bool:
    """Whether there is a result to verify, so that a page offers it."""
    return not _why_not(application, finished_part(application))


def why_not(application: Application) -> str:
    """Returns a sentence for the member; empty if a verification can be opened."""
    return _why_not(application, finished_part(application))


def _why_not(application: Application, part: AttemptPart | None) -> str:
    if application.is_being_erased:
        return _("This candidate's data is being erased.")
    if application.end:
        return _("This application is closed, so there is nothing to verify.")
    if part is None:
        reused = StepRequest.objects.of(application.organisation).filter(
            application=application, state=StepRequest.State.REUSED
        )
        if reused.exists():
            return _(
                "The result is reused from an earlier application. Open that application and verify it there, or "
                "invite the candidate again."
            )
        return _(
            "This candidate hasn't finished a reasoning test. A verification compares with its result, so invite the "
            "candidate to the test first."
        )
    if not part.is_whole:
        return _(
            "A member ended the reasoning test before the candidate had finished, so there is no complete result to "
            "compare with. Invite the candidate again instead."
        )
    if part.version.number != VERSION:
        return _(
            "The result is from an earlier version of the test, whose tasks can't be compared with the present ones. "
            "Invite the candidate again instead."
        )
    if not part.scores.filter(scale="").exists():
        return _("The reasoning test has no score to compare with. Invite the candidate again instead.")
    done = Verification.objects.of(application.organisation).filter(part=part, discarded_at=None).first()
    if done is not None and done.ended_at is not None:
        return _("This result was verified on %(day)s. A result can be verified once.") % {
            "day": written_day(done.ended_at.astimezone(application.organisation.zone))
        }
    return ""


def open_verification(*, application: Application, member: Membership, now: datetime) -> Verification:
    """The open verification of the result, else a new one. Raises Refused."""
    with transaction.atomic():
        locked = lock_application(application.pk)
        part = finished_part(locked)
        if reason := _why_not(locked, part):
            raise Refused(reason)
        assert part is not None  # else there is a reason
        Attempt.objects.of(member.organisation).select_for_update(of=("self",)).get(pk=part.attempt_id)
        rows = Verification.objects.of(member.organisation)
        found = rows.filter(part=part, discarded_at=None).first()
        if found is not None:
            return found
        test = content_of(part.version)
        assert isinstance(test, ReasoningTest)  # by the kind of the test
        form = verification_form(test, part.form)
        made = Verification.objects.create(
            organisation=member.organisation,
            part=part,
            opened_at=now,
            opened_by=member,
            version=VERSION,
            form=form,
            language=part.attempt.language,
            items=FORMS[form].n,
            seconds=_seconds(part, FORMS[form].n),
        )
        write(
            organisation=member.organisation,
            action="verification.opened",
            member=member,
            now=now,
            details={"part": part.pk},
        )
        record_event("attempt.verification_opened", part.attempt, by=actor(member), at=now)
        return made


def _seconds(part: AttemptPart, items: int) -> int | None:
    """The time per task that the candidate had, adjustments included, in whole minutes."""
    return None if part.seconds is None else -(-part.seconds * items // (part.items * 60)) * 60


def new_link(*, verification: Verification, member: Membership, now: datetime) -> str:
    """The URL for the supervised device, which can't be shown again; earlier links end. Raises Refused."""
    with transaction.atomic():
        locked = _locked(verification, member)
        if locked.discarded_at is not None or is_over(locked, now=now):
            raise Refused(_("This verification is over. Its result is below."))
        _end_links(locked, now=now)
        url = links.mint(
            organisation=member.organisation,
            purpose=Link.Purpose.VERIFICATION,
            subject_id=locked.pk,
            now=now,
            created_by=member,
        )
        write(
            organisation=member.organisation,
            action="verification.link_created",
            member=member,
            now=now,
            details={"part": locked.part_id},
        )
        return url


def discard(*, verification: Verification, reason: str, member: Membership, now: datetime) -> None:
    """Before its end, so that nobody can repeat a verification until its result suits. Raises Refused."""
    with transaction.atomic():
        locked = _locked(verification, member)
        if locked.discarded_at is not None:
            return
        if is_over(locked, now=now):
            raise Refused(_("The candidate has finished, so this verification can't be discarded any more."))
        locked.discarded_at, locked.discarded_by, locked.discard_reason = now, member, reason
        locked.tasks, locked.answers = [], {}
        locked.save()
        _end_links(locked, now=now)
        write(
            organisation=member.organisation,
            action="verification.discarded",
            member=member,
            now=now,
            details={"part": locked.part_id},
        )
        record_event("attempt.verification_discarded", locked.part.attempt, by=actor(member), at=now)


def _locked(verification: Verification, member: Membership) -> Verification:
    rows = Verification.objects.of(member.organisation).select_for_update(of=("self",))
    return rows.select_related("part__attempt__step_request").get(pk=verification.pk)


def _end_links(verification: Verification, *, now: datetime) -> None:
    links.end(
        organisation=verification.organisation,
        purpose=Link.Purpose.VERIFICATION,
        subject_id=verification.pk,
        now=now,
    )
