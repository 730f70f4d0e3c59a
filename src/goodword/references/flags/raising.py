"""Collects the facts of a check for the rules, and stores the flags they find."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from typing import Any

from goodword.accounts.models import Membership
from goodword.core.events import by_worker
from goodword.core.models import Event
from goodword.questionnaires.domain.versions import minutes_of_version, stored_questions
from goodword.questionnaires.models import QuestionnaireVersion
from goodword.questionnaires.types import Adjectives, DatesConfirm, Question, TitleConfirm
from goodword.references.flags import rules
from goodword.references.flags.rules import (
    EmploymentPeriod,
    GivenAnswers,
    NamedReferee,
    StatedAndConfirmed,
    Traces,
    address_flag,
    alike_ratings_flag,
    alike_texts_flag,
    dates_flag,
    device_flag,
    people_of,
    private_topics_flag,
    speed_flag,
    title_flag,
    titles_flag,
)
from goodword.references.models import Check, CheckFlag, Referee, Reference, SelfReference, Trace
from goodword.workflow.models import FlagFinding, lock, lock_step_request

#: codes of flags that are deleted when the address is corrected
_OF_THE_ADDRESS = {rules.MEMBER, rules.DISPOSABLE, rules.FREE, rules.DOMAIN}
_OF_DEVICES = {rules.SAME_NETWORK_AND_DEVICE, rules.SAME_NETWORK, rules.SAME_DEVICE}
_COMMENT = "comment"
#: minimum number of other checks with known devices before a device can be called rare
ENOUGH_CHECKS = 20


@by_worker
def on_check_changed(event: Event) -> None:
    """Find the flags of the check again."""
    known = lock_step_request(event.data["step_request_id"])
    if known is None or known[1].is_being_erased:
        return
    update_flags(lock(Check, event.data["check_id"]), now=event.occurred_at)


def on_address_corrected(event: Event) -> None:
    """Delete traces and device flags of the person who had the old link, then update the flags."""
    known = lock_step_request(event.data["step_request_id"])
    if known is None or known[1].is_being_erased:
        return
    check, request_id = lock(Check, event.data["check_id"]), event.data["request_id"]
    traces = Trace.objects.of(check.organisation).filter(request_id=request_id)
    traces.filter(seen_at__lte=event.occurred_at).delete()
    referee = Referee.objects.of(check.organisation).get(request=request_id)
    for flag in CheckFlag.objects.of(check.organisation).filter(check_run=check, code__in=_OF_DEVICES):
        if referee.pk in people_of(flag.key):
            flag.delete()
    update_flags(check, now=event.occurred_at)


def update_flags(check: Check, *, now: datetime) -> None:
    """Update the flags of a locked check. Idempotent. Dismissed flags stay dismissed, except about an address that was
    corrected. Flags of replaced referees are deleted, and those of an address that no longer apply; others stay
    (docs/decisions/0021-*)."""
    referees = counted_referees(check)
    month = now.astimezone(check.organisation.zone).strftime("%Y-%m")
    found = {(flag.code, flag.key): flag for flag in find_flags(check, referees, this_month=month)}
    there = {referee.pk for referee in referees}
    for flag in CheckFlag.objects.of(check.organisation).filter(check_run=check):
        again = found.get((flag.code, flag.key))
        facts = dict(again.facts) if again is not None else None
        if not set(people_of(flag.key)) <= there or (flag.code in _OF_THE_ADDRESS and flag.facts != facts):
            flag.delete()
        elif again is not None:
            flag.update_from(again)
            del found[flag.code, flag.key]
    for new in found.values():
        people = people_of(new.key)
        CheckFlag.objects.create(
            organisation=check.organisation,
            check_run=check,
            referee_id=people[0] if people and new.key == str(people[0]) else None,
            code=new.code,
            key=new.key,
            grade=new.grade,
            facts=dict(new.facts),
            found_at=now,
        )


@dataclass(frozen=True, slots=True)
class Answered:
    referee: Referee
    reference: Reference
    questions: tuple[Question, ...]


def counted_referees(check: Check) -> list[Referee]:
    """Referees who were contacted or deferred, and neither replaced nor erased."""
    rows = (
        Referee.objects.of(check.organisation)
        .select_related("request__reference__version")
        .filter(check_run=check, replaced_at=None, erased_at=None)
        .order_by("pk")
    )
    return [referee for referee in rows if hasattr(referee, "request") or referee.deferred_at is not None]


def find_flags(check: Check, referees: Sequence[Referee], *, this_month: str) -> list[FlagFinding]:
    """`referees`: counted_referees. `this_month`: "2026-11"."""
    organisation = check.organisation
    members = Membership.objects.of(organisation).values_list("user__email", flat=True)
    member_addresses = list(members)
    answered = [
        Answered(referee, reference, stored_questions(reference.version))
        for referee in referees
        if (reference := getattr(getattr(referee, "request", None), "reference", None)) is not None
    ]
    given = [given_answers(reply.referee.pk, reply.questions, reply.reference.answers) for reply in answered]
    own = _self_reference(check)
    claims = [_stated_and_confirmed(reply) for reply in answered]
    found: list[FlagFinding | None] = [
        address_flag(
            NamedReferee(id=referee.pk, email=referee.email, company=referee.company),
            own_domains=organisation.own_domains,
            member_addresses=member_addresses,
        )
        for referee in referees
    ]
    found += [_speed(reply, texts) for reply, texts in zip(answered, given, strict=True)]
    found += [alike_texts_flag(one, other) for one, other in combinations([*given, *own], 2)]
    found += [private_topics_flag(answers) for answers in [*given, *own]]
    found += [alike_ratings_flag(one, other) for one, other in combinations(given, 2)]
    for claim in claims:
        found += [dates_flag(claim, this_month=this_month), title_flag(claim)]
    found += [titles_flag(one, other, this_month=this_month) for one, other in combinations(claims, 2)]
    if organisation.watches_devices:
        found += device_flags(check, referees)
    return [flag for flag in found if flag is not None]


def given_answers(
    person: int | None, questions: Sequence[Question], answers: Mapping[str, Any]
) -> GivenAnswers:
    """Texts, levels and picked words of stored answers (shapes: questionnaires.answers)."""
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
    return GivenAnswers(id=person, texts=[text for text in texts if text], ratings=ratings, picks=picks)


def _self_reference(check: Check) -> list[GivenAnswers]:
    row = (
        SelfReference.objects.of(check.organisation)
        .select_related("version")
        .filter(check_run=check, submitted_at__isnull=False)
        .first()
    )
    return [given_answers(None, stored_questions(row.version), row.answers or {})] if row else []


def _speed(reply: Answered, given: GivenAnswers) -> FlagFinding | None:
    version: QuestionnaireVersion = reply.reference.version
    return speed_flag(
        referee_id=reply.referee.pk,
        seconds=reply.reference.seconds,
        expected=minutes_of_version(version, relationship=reply.referee.relationship) * 60,
        words=sum(len(text.split()) for text in given.texts),
    )


def _stated_and_confirmed(reply: Answered) -> StatedAndConfirmed:
    referee = reply.referee
    period: EmploymentPeriod | None = None
    title = ""
    for question in reply.questions:
        answer = reply.reference.answers.get(question.id) or {}
        if isinstance(question, DatesConfirm) and answer.get("from"):
            period = EmploymentPeriod(first=answer["from"], to=answer.get("to") or "")
        if isinstance(question, TitleConfirm) and answer.get("answer") != "unsure":
            title = answer.get("title") or ""
    stated = EmploymentPeriod(first=referee.from_month, to=referee.to_month) if referee.from_month else None
    return StatedAndConfirmed(
        id=referee.pk,
        company=referee.company,
        stated_period=stated,
        period=period,
        stated_title=referee.candidate_title,
        title=title,
    )


def device_flags(check: Check, referees: Sequence[Referee]) -> list[FlagFinding]:
    seen: dict[int | None, set[tuple[str, str]]] = defaultdict(set)
    for trace in Trace.objects.of(check.organisation).select_related("request").filter(check_run=check):
        person = trace.request.referee_id if trace.request else None
        seen[person].add((trace.address_hash, trace.device_hash))
    if len(seen) < 2:
        return []
    people = [Traces(id=None, seen=frozenset(seen[None]))] + [
        Traces(
            id=referee.pk,
            company=referee.company,
            candidate_still_there=not referee.to_month,
            seen=frozenset(seen[referee.pk]),
        )
        for referee in referees
    ]
    rare = _rare(check, {device for pairs in seen.values() for _, device in pairs if device})
    found = [device_flag(one, other, rare_devices=rare) for one, other in combinations(people, 2)]
    return [flag for flag in found if flag is not None]


def _rare(check: Check, devices: set[str]) -> set[str]:
    """Devices seen in no other check of the organisation, once it has enough checks."""
    others = Trace.objects.of(check.organisation).exclude(check_run=check)
    if others.values("check_run").distinct()[:ENOUGH_CHECKS].count() < ENOUGH_CHECKS:
        return set()
    common = others.filter(device_hash__in=devices).values_list("device_hash", flat=True)
    return devices - set(common)
