"""From the rows of a check to what the pure functions take, and all that they find."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from goodword.accounts.models import Membership
from goodword.questionnaires.domain.versions import minutes_of_version
from goodword.questionnaires.models import QuestionnaireVersion
from goodword.questionnaires.parse import parse
from goodword.questionnaires.types import Adjectives, DatesConfirm, Question, TitleConfirm
from goodword.references.models import Check, Referee, Reference, SelfReference
from goodword.references.signs.addresses import Named, address_sign
from goodword.references.signs.contradictions import (
    Period,
    Told,
    dates_sign,
    title_sign,
    titles_sign,
)
from goodword.references.signs.found import Found
from goodword.references.signs.likeness import Given, ratings_sign, texts_sign
from goodword.references.signs.speed import speed_sign
from goodword.references.signs.traced import device_signs

#: where a text can stand in an answer that is not text alone
_COMMENT = "comment"


@dataclass(frozen=True, slots=True)
class Answered:
    """A reference with its referee and the questions that it answers."""

    referee: Referee
    reference: Reference
    questions: tuple[Question, ...]


def present(check: Check) -> list[Referee]:
    """The referees of a check who count: written to, or to be once there is an offer; not replaced, not erased."""
    rows = (
        Referee.objects.of(check.organisation)
        .select_related("request__reference__version")
        .filter(check_run=check, replaced_at=None, erased_at=None)
        .order_by("pk")
    )
    return [referee for referee in rows if hasattr(referee, "request") or referee.held_at is not None]


def gather(check: Check, referees: Sequence[Referee], *, this_month: str) -> list[Found]:
    """All signs on a check, as its rows are now. `referees` are those of `present`, `this_month` is "2026-11"."""
    organisation = check.organisation
    members = Membership.objects.of(organisation).values_list("user__email", flat=True)
    addresses = list(members)
    answered = [
        Answered(referee, reference, parse(reference.version.questions))
        for referee in referees
        if (reference := getattr(getattr(referee, "request", None), "reference", None)) is not None
    ]
    given = [given_by(one.referee.pk, one.questions, one.reference.answers) for one in answered]
    own = _own(check)
    told = [_told(one) for one in answered]
    found: list[Found | None] = [
        address_sign(
            Named(id=referee.pk, email=referee.email, company=referee.company),
            own_domains=organisation.own_domains,
            member_addresses=addresses,
        )
        for referee in referees
    ]
    found += [_speed(one, texts) for one, texts in zip(answered, given, strict=True)]
    found += [texts_sign(one, other) for one, other in combinations([*given, *own], 2)]
    found += [ratings_sign(one, other) for one, other in combinations(given, 2)]
    for one in told:
        found += [dates_sign(one, this_month=this_month), title_sign(one)]
    found += [titles_sign(one, other, this_month=this_month) for one, other in combinations(told, 2)]
    if organisation.watches_devices:
        found += device_signs(check, referees)
    return [sign for sign in found if sign is not None]


def given_by(person: int | None, questions: Sequence[Question], answers: Mapping[str, Any]) -> Given:
    """Texts, levels and picked words of stored answers (questionnaires.answers has their shapes)."""
    texts: list[str] = []
    ratings: dict[str, int] = {}
    picks: dict[str, frozenset[str]] = {}
    for question in questions:
        match answers.get(question.id):
            case str(text):
                texts.append(text)
            case list(values) if isinstance(question, Adjectives):
                picks[question.id] = frozenset(values)
            case dict(parts):
                texts.append(parts.get(_COMMENT) or "")
                if isinstance(parts.get("level"), int):
                    ratings[question.id] = parts["level"]
    return Given(id=person, texts=[text for text in texts if text], ratings=ratings, picks=picks)


def _own(check: Check) -> list[Given]:
    row = (
        SelfReference.objects.of(check.organisation)
        .select_related("version")
        .filter(check_run=check, submitted_at__isnull=False)
        .first()
    )
    return [given_by(None, parse(row.version.questions), row.answers or {})] if row else []


def _speed(one: Answered, given: Given) -> Found | None:
    version: QuestionnaireVersion = one.reference.version
    return speed_sign(
        referee_id=one.referee.pk,
        seconds=one.reference.seconds,
        expected=minutes_of_version(version, relationship=one.referee.relationship) * 60,
        words=sum(len(text.split()) for text in given.texts),
    )


def _told(one: Answered) -> Told:
    referee = one.referee
    period: Period | None = None
    title = ""
    for question in one.questions:
        said = one.reference.answers.get(question.id) or {}
        if isinstance(question, DatesConfirm) and said.get("from"):
            period = Period(first=said["from"], to=said.get("to") or "")
        if isinstance(question, TitleConfirm) and said.get("answer") != "unsure":
            title = said.get("title") or ""
    stated = Period(first=referee.from_month, to=referee.to_month) if referee.from_month else None
    return Told(
        id=referee.pk,
        company=referee.company,
        stated_period=stated,
        period=period,
        stated_title=referee.candidate_title,
        title=title,
    )
