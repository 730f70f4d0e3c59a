"""What a check found: ratings by relationship, answers in full, what was stated beside what was confirmed.

Nothing is computed beyond counting and grouping. Questions are in the organisation's language; answers in another
language of the same version are matched by ids and values. Labels are in the active language. The shapes are those of a
report's snapshot.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.utils.translation import get_language_info, gettext

from goodword.questionnaires import labels
from goodword.questionnaires.parse import parse
from goodword.questionnaires.placeholders import fill_placeholders
from goodword.questionnaires.routing import applicable, for_self
from goodword.questionnaires.types import (
    CONFIRMING,
    RELATIONSHIPS,
    Question,
    RelationshipConfirm,
)
from goodword.references.chosen import answer_of, frame_of, unasked_because, values_in
from goodword.references.confirmed import contradictions, verifications
from goodword.references.found import (
    Answer,
    Asked,
    Contradiction,
    Group,
    Received,
    Results,
    Verification,
)
from goodword.references.models import Check, Referee, Reference, ReferenceRequest, SelfReference

__all__ = [
    "Answer",
    "Asked",
    "Contradiction",
    "Group",
    "Received",
    "Results",
    "Verification",
    "given_by",
    "results",
]

State = ReferenceRequest.State
#: the id of the candidate's own answers among the references
OWN = "own"

#: who answered, with the answers by question id
type Voice = tuple[Received, Mapping[str, Any], frozenset[str]]


def results(check: Check) -> Results:
    """The results of a check, complete or not; references in the order in which they came in. Three queries, with the
    check's version, candidate and organisation at hand."""
    questions = _questions(check)
    references = list(
        Reference.objects.of(check.organisation)
        .select_related("request__referee", "version")
        .filter(request__check_run=check)
        .order_by("submitted_at", "pk")
    )
    voices = [_voice(reference, check, questions) for reference in references]
    received = [who for who, _, _ in voices]
    facts = verifications(references, questions)
    own = _own(check)
    asked_own = {one.id: one for one in for_self(questions)}
    states = list(  # without wrong recipients, who were not the referee
        Referee.objects.of(check.organisation)
        .filter(check_run=check, request__isnull=False)
        .exclude(request__state=State.DECLINED, request__why=ReferenceRequest.Why.NOT_ME)
        .values_list("request__state", "erased_at")
    )
    return Results(
        questionnaire=check.version.questionnaire.title,
        version=check.version.number,
        wanted=check.wanted,
        completed_at=check.completed_at,
        sent=len(states),
        declined=sum(state == State.DECLINED for state, _ in states),
        erased=sum(state == State.ANSWERED and erased is not None for state, erased in states),
        references=tuple(received),
        own=own[0] if own else None,
        questions=tuple(
            _asked(question, asked_own.get(question.id), voices, own, questions)
            for question in questions
            if not isinstance(question, CONFIRMING)
        ),
        verification=tuple(facts),
        contradictions=tuple(contradictions(received, facts)),
    )


def given_by(reference: Reference) -> dict[str, list[int]]:
    """What one referee chose, by question id: levels, places, or numbers of options; empty for who could not say."""
    return {
        question.id: list(values_in(question, reference.answers[question.id]))
        for question in _questions(reference.request.check_run)
        if reference.answers.get(question.id) is not None and not isinstance(question, CONFIRMING)
    }


def _questions(check: Check) -> tuple[Question, ...]:
    """In the language of the organisation. A company differs from referee to referee, so none is put in."""
    name = check.step_request.application.candidate.name
    version = check.version
    return fill_placeholders(
        parse(version.questions), candidate=name, company=gettext("the company"), language=version.language
    )


def _voice(reference: Reference, check: Check, questions: Sequence[Question]) -> Voice:
    referee, answers = reference.request.referee, reference.answers
    relationship = referee.relationship
    for question in questions:
        given = answers.get(question.id)
        if isinstance(question, RelationshipConfirm) and given:
            relationship = given["relationship"]
    code = reference.version.language
    other = code != check.version.language
    who = Received(
        id=str(reference.pk),
        name=referee.name,
        relationship=labels.relationships()[relationship],
        company=referee.company,
        candidate_title=referee.candidate_title,
        period=labels.period(referee.from_month, referee.to_month or None),
        submitted_at=reference.submitted_at,
        factual=reference.factual,
        late=reference.late,
        language=str(get_language_info(code)["name_translated"]) if other else "",
        language_code=code if other else "",
    )
    put = applicable(questions, relationship=relationship, answers=answers)
    return who, answers, frozenset() if reference.factual else frozenset(one.id for one in put)


def _own(check: Check) -> Voice | None:
    row = (
        SelfReference.objects.of(check.organisation)
        .select_related("version")
        .filter(check_run=check, submitted_at__isnull=False)
        .first()
    )
    if row is None or row.submitted_at is None:
        return None
    code = row.version.language
    other = code != check.version.language
    who = Received(
        id=OWN,
        name=check.step_request.application.candidate.name,
        relationship=gettext("Self"),
        company="",
        candidate_title="",
        period="",
        submitted_at=row.submitted_at,
        factual=False,
        late=check.completed_at is not None and row.submitted_at > check.completed_at,
        language=str(get_language_info(code)["name_translated"]) if other else "",
        language_code=code if other else "",
        own=True,
    )
    return who, row.answers or {}, frozenset(row.answers or {})


def _asked(
    question: Question,
    asked_own: Question | None,
    voices: Sequence[Voice],
    own: Voice | None,
    questions: Sequence[Question],
) -> Asked:
    answered: dict[str, list[Answer]] = {}
    not_asked: list[Received] = []
    left_open: list[Received] = []
    for who, answers, put in voices:
        given = answers.get(question.id)
        if given is not None:
            answered.setdefault(who.relationship, []).append(answer_of(question, given, by=who))
        elif question.id in put or question.id in answers:
            left_open.append(who)
        elif not who.factual:
            not_asked.append(who)
    order = [labels.relationships()[value] for value in RELATIONSHIPS]
    groups = [
        Group(relationship=name, answers=tuple(answered[name]), own=False)
        for name in order
        if name in answered
    ]
    if own is not None and asked_own is not None and own[1].get(question.id) is not None:
        said = answer_of(question, own[1][question.id], by=own[0])
        groups.append(Group(relationship=own[0].relationship, answers=(said,), own=True))
    own_text = asked_own.text if own is not None and asked_own is not None else ""
    return replace(
        frame_of(question),
        own_text=own_text if own_text != question.text else "",
        groups=tuple(groups),
        unasked=unasked_because(question, questions),
        not_asked=tuple(not_asked),
        left_open=tuple(left_open),
    )
