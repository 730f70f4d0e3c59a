"""Ratings of new hires: the questions, the answers by a personal link or as a member, and their storage."""

import secrets
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Final, TypeGuard

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from goodword.accounts.models import Membership, Organisation
from goodword.candidates.models import Application, PerformanceRating, RatingImport
from goodword.candidates.rating_files import RatingScale
from goodword.candidates.ratings import is_ratable_hire, rate, store, stored_rating_date
from goodword.core.addresses import is_same
from goodword.questionnaires.domain.versions import current_version, names_of_competencies, stored_questions
from goodword.questionnaires.models import QuestionnaireVersion
from goodword.questionnaires.questions import fill_placeholders, parse
from goodword.questionnaires.types import RATING_LEVELS, Question, Rating
from goodword.references.domain.invitations import version_for
from goodword.references.domain.requests import address_hashes
from goodword.roles.models import Step
from goodword.workflow.models import lock_application
from goodword.workspace.models import RatingRequest
from goodword.workspace.validity.requests import (
    RatingRequestClosed,
    Reason,
    State,
    audit,
    forget,
    has_lost_access,
    locked,
    needs_rater,
    reason_not_to_ask,
    settle,
)

SCALE: Final = RatingScale(RATING_LEVELS[0], RATING_LEVELS[-1])
#: prefix of the code that replaces an erased rater
ERASED: Final = "erased-"


def questions_of(application: Application, *, now: datetime, language: str = "") -> tuple[Rating, ...]:
    """The ratings that every referee is asked for, one per competency, without comments; in the language if possible,
    else in the organisation's. Empty if the role's questionnaire has none."""
    version = _version(application, now=now)
    if version is None:
        return ()
    if language and version.language != language:
        translated = current_version(version.questionnaire, language=language)
        version = translated if translated and translated.number == version.number else version
    asked = fill_placeholders(
        parse(version.questions), candidate=application.candidate.short_name, language=version.language
    )
    by_competency: dict[str, Rating] = {}
    for question in asked:
        if _is_for_all(question):
            by_competency.setdefault(question.competency, replace(question, comment=False))
    return tuple(by_competency.values())


def _is_for_all(question: Question) -> TypeGuard[Rating]:
    return isinstance(question, Rating) and question.when is None and not question.only_for


def roles_without_ratings(organisation: Organisation, roles: Collection[int]) -> set[int]:
    """Roles whose hires can't be rated, since `questions_of` is empty. Two queries: built-in questionnaires always have
    ratings, and a questionnaire has the same ones in each language."""
    checks = Step.objects.of(organisation).filter(role__in=roles, kind=Step.Kind.REFERENCE_CHECK)
    chosen = dict(checks.filter(questionnaire_id__isnull=False).values_list("role_id", "questionnaire_id"))
    newest = (
        QuestionnaireVersion.objects.of(organisation)
        .filter(questionnaire__in=set(chosen.values()), published_at__isnull=False)
        .order_by("questionnaire", "-number", "pk")
        .distinct("questionnaire")
    )
    without = {
        version.questionnaire_id
        for version in newest
        if not any(_is_for_all(question) for question in stored_questions(version))
    }
    return {role for role, questionnaire in chosen.items() if questionnaire in without}


def _version(application: Application, *, now: datetime) -> QuestionnaireVersion | None:
    if application.role is None:
        return None
    steps = Step.objects.of(application.organisation).select_related("organisation")
    return version_for(steps.get(role=application.role, kind=Step.Kind.REFERENCE_CHECK), now=now)


def values_of(application: Application, answers: Mapping[str, object], *, now: datetime) -> dict[str, int]:
    """Levels by competency, without "can't judge". Ratings in different languages have the same criteria: the names in
    the organisation's language, or those that earlier ratings have if the language was changed."""
    version = _version(application, now=now)
    names = names_of_competencies(version) if version is not None else {}
    rows = PerformanceRating.objects.of(application.organisation).filter(of__confirmed_at__isnull=False)
    used = set(rows.filter(criterion__in=set().union(*names.values())).values_list("criterion", flat=True))

    def criterion(competency: str) -> str:
        known = names[competency] & used
        return competency if competency in known else min(known, default=competency)

    return {
        criterion(question.competency): answer["level"]
        for question in questions_of(application, now=now)
        if isinstance(answer := answers.get(question.id), dict) and answer.get("level")
    }


def is_refused(application: Application) -> bool:
    """Whether a member has excluded the person from ratings, for example because the person objects."""
    return application.pk in refused(application.organisation)


def refused(organisation: Organisation) -> set[int]:
    rows = RatingRequest.objects.of(organisation).filter(state=State.STOPPED, reason=Reason.MEMBER)
    return set(rows.values_list("application_id", flat=True))


def may_rate_in_goodword(application: Application, *, now: datetime) -> bool:
    organisation = application.organisation
    return is_ratable_hire(application, organisation=organisation, now=now) and not is_refused(application)


def rating_date(application: Application, member: Membership) -> date | None:
    """The day on which this member rated the person, even if the member's name was erased since."""
    if day := stored_rating_date(application, member):
        return day
    rows = RatingRequest.objects.of(application.organisation).filter(application=application)
    row = rows.filter(rated_hash__in=list(address_hashes(member.organisation, member.user.email))).first()
    if row is None or row.settled_at is None:
        return None
    return timezone.localdate(row.settled_at, application.organisation.zone)


def rate_as_member(
    application: Application, *, values: Mapping[str, int], by: Membership, now: datetime
) -> bool:
    """Store a member's rating once. Returns False if they have already rated, or the person must not be rated any
    more."""
    with transaction.atomic():
        lock_application(application.pk)
        if is_refused(application) or rating_date(application, by):
            return False
        if not rate(application=application, values=values, scale=SCALE, by=by, now=now):
            return False
        note_rated(application, by=by, now=now)
        return True


def give(*, request: RatingRequest, values: Mapping[str, int], now: datetime) -> None:
    """Store the rater's answers once. Raises RatingRequestClosed."""
    with transaction.atomic():
        row = locked(request.application_id)
        if (
            row is None
            or row.state != State.ASKED
            or row.round != request.round
            or reason_not_to_ask(row.application)
        ):
            raise RatingRequestClosed
        if has_lost_access(row.organisation, row.rater_email):
            raise RatingRequestClosed
        members = Membership.objects.of(row.organisation).filter(deactivated_at=None)
        member = members.filter(user__email__same_address=row.rater_email).first()
        rater = member.user.email if member else row.rater_email
        store(row.application, values=values, scale=SCALE, rater=rater, by=member, now=now)
        settle(row, State.GIVEN, "", by="manager", now=now)
        audit(row, "rating.given", now=now, actor="manager")


def decline(*, request: RatingRequest, reason: str, now: datetime) -> None:
    """Decline. `reason`: CANNOT, LEFT, or NOT_MINE, after which a member can name somebody else.
    Raises RatingRequestClosed."""
    with transaction.atomic():
        row = locked(request.application_id)
        if row is None or row.state != State.ASKED or row.round != request.round:
            raise RatingRequestClosed
        row.declined_hashes = [*row.declined_hashes, next(address_hashes(row.organisation, row.rater_email))]
        if reason == Reason.NOT_MINE:
            needs_rater(row, Reason.NOT_MINE, by="manager", now=now)
        else:
            settle(row, State.DECLINED, reason, by="manager", now=now)
        audit(row, "rating.declined", now=now, actor="manager")


def note_rated(application: Application, *, by: Membership, now: datetime) -> None:
    """Settle an open request to a member who has rated the person on the candidate's page."""
    row = locked(application.pk)
    if row is None or not row.is_open:
        return
    theirs = is_same(row.rater_email, by.user.email)
    state = State.GIVEN if theirs else State.STOPPED
    settle(row, state, "" if theirs else Reason.RATED, by=f"member:{by.pk}", now=now)


def forget_rater(*, request: RatingRequest, by: Membership, now: datetime) -> bool:
    """Erase the rater's name, address and e-mails from a settled request. Their rating gets a random code, so raters
    stay distinguishable."""
    with transaction.atomic():
        row = locked(request.application_id)
        if row is None or row.is_open or not row.rater_email:
            return False
        forget([row])
        if _ratings_of(row).update(rater=f"{ERASED}{secrets.token_hex(8)}"):
            row.rated_hash = next(address_hashes(row.organisation, row.rater_email))
        row.rater_name = row.rater_email = ""
        row.save(update_fields=["rater_name", "rater_email", "rated_hash"])
        audit(row, "rating.rater_erased", now=now, by=by)
        return True


def _ratings_of(row: RatingRequest) -> QuerySet[PerformanceRating]:
    """Ratings by the rater who was asked, even after their address was erased."""
    rows = PerformanceRating.objects.of(row.organisation).filter(application=row.application_id)
    if row.state != State.GIVEN:
        return rows.none()
    if row.rater_email:
        return rows.filter(rater__same_address=row.rater_email)
    return rows.filter(rater__startswith=ERASED)


def has_rating(row: RatingRequest) -> bool:
    return _ratings_of(row).exists()


def delete_rating(*, request: RatingRequest, by: Membership, now: datetime) -> bool:
    """Delete the rater's answers. Returns whether there were any."""
    with transaction.atomic():
        row = locked(request.application_id)
        if row is None:
            return False
        ratings = _ratings_of(row)
        imports = list(ratings.order_by("of").values_list("of", flat=True).distinct())
        if not ratings.delete()[0]:
            return False
        RatingImport.objects.of(row.organisation).filter(pk__in=imports, ratings=None).delete()
        row.rated_hash = ""
        row.save(update_fields=["rated_hash"])
        audit(row, "rating.deleted", now=now, by=by)
        return True
