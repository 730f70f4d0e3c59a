"""The results of a check, counted and grouped by ids and values, in the organisation's language."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal, assert_never

from django.utils.translation import gettext

from goodword.core.text import language_name
from goodword.questionnaires import labels
from goodword.questionnaires.domain.versions import in_language, stored_questions
from goodword.questionnaires.labels import render_answers
from goodword.questionnaires.models import QuestionnaireVersion
from goodword.questionnaires.questions import applicable, fill_placeholders, for_self
from goodword.questionnaires.types import (
    CONFIRMING,
    PLACES,
    RATING_LEVELS,
    RELATIONSHIPS,
    Adjectives,
    Agreement,
    Between,
    Confirmation,
    Date,
    DatesConfirm,
    Level,
    LongText,
    MultipleChoice,
    Number,
    Period,
    Question,
    Ranking,
    Rating,
    RelationshipConfirm,
    ShortText,
    SingleChoice,
    TitleConfirm,
    WouldWorkAgain,
    YesNoUnsure,
)
from goodword.references.domain.checks import stated_of
from goodword.references.models import Check, Referee, Reference, ReferenceRequest, SelfReference

#: how results show a question: the type of the question, or "choice" or "line" for several types
type QuestionKind = Literal["rating", "agreement", "between", "adjectives", "choice", "line", "long_text"]


@dataclass(frozen=True, kw_only=True)
class ReceivedReference:
    """A reference, or the self-reference (`is_self`). `factual`: dates and title only. `late`: received after
    completion. `language`: the language of the answers, if it differs from that of the questions. `quote`: the sentence
    chosen for page 1, or ""."""

    id: str
    name: str
    #: the key ("peer") and its name
    relationship_id: str
    relationship: str
    company: str
    candidate_title: str
    period: str
    submitted_at: datetime
    factual: bool
    late: bool
    language: str
    language_code: str
    quote: str = ""
    is_self: bool = False


@dataclass(frozen=True, kw_only=True)
class ReferenceAnswer:
    """`values`: levels, positions or option numbers; empty for texts and "can't judge"."""

    by: ReceivedReference
    words: str
    detail: str
    comment: str
    values: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class AnswerGroup:
    """Answers from one relationship, or from the candidate (`is_self`), oldest first."""

    relationship: str
    answers: tuple[ReferenceAnswer, ...]
    is_self: bool

    @property
    def n(self) -> int:
        return sum(bool(answer.values) for answer in self.answers)

    @property
    def skipped(self) -> int:
        return len(self.answers) - self.n

    @property
    def values(self) -> tuple[int, ...]:
        return tuple(value for answer in self.answers for value in answer.values)

    @property
    def identifiable(self) -> bool:
        return len(self.answers) == 1 and not self.is_self


@dataclass(frozen=True, kw_only=True)
class QuestionResult:
    """`levels`: of "rating", "agreement" and "between". `options`: of "adjectives" and "choice". `ends`: the statements
    of "between". `unasked`: why somebody was not asked. `not_asked`: references without the question; `left_open`:
    references that left it unanswered."""

    id: str
    kind: QuestionKind
    text: str
    self_text: str
    competency: str
    levels: tuple[Level, ...]
    options: tuple[tuple[int, str], ...]
    ends: tuple[str, str]
    pick: int
    multiple: bool
    asks_work_again: bool
    groups: tuple[AnswerGroup, ...]
    unasked: str
    not_asked: tuple[ReceivedReference, ...]
    left_open: tuple[ReceivedReference, ...]

    @property
    def answers(self) -> list[ReferenceAnswer]:
        """All answers by relationship, the candidate's last."""
        return [answer for group in self.groups for answer in group.answers]

    @property
    def comments(self) -> list[ReferenceAnswer]:
        return [answer for answer in self.answers if answer.comment]


@dataclass(frozen=True, kw_only=True)
class VerifiedFact:
    """`verdict`: "confirmed", "corrected" or "unsure"."""

    reference: str
    kind: str
    what: str
    stated: str
    confirmed: str
    verdict: str


@dataclass(frozen=True, kw_only=True)
class Contradiction:
    """A fact that referees of one company state differently, with each referee's statement."""

    what: str
    company: str
    claims: tuple[tuple[str, tuple[ReceivedReference, ...]], ...]


@dataclass(frozen=True, kw_only=True)
class Results:
    """Everything received so far. `sent`: referees asked. `erased`: references erased since."""

    questionnaire: str
    version: int
    wanted: int
    completed_at: datetime | None
    sent: int
    declined: int
    erased: int
    references: tuple[ReceivedReference, ...]
    self_reference: ReceivedReference | None
    questions: tuple[QuestionResult, ...]
    verification: tuple[VerifiedFact, ...]
    contradictions: tuple[Contradiction, ...]

    @property
    def received(self) -> int:
        return len(self.references)


State = ReferenceRequest.State
#: id of the self-reference among the references
SELF_REFERENCE = "own"


#: respondent, answers by question id, ids of the questions asked
type Respondent = tuple[ReceivedReference, Mapping[str, Any], frozenset[str]]


def results(check: Check) -> Results:
    """Return the results of one check. Three queries if version, candidate and organisation are loaded."""
    return results_of_checks([check])[check.pk]


def results_of_checks(checks: Sequence[Check]) -> Mapping[int, Results]:
    """Return results by check id. All checks belong to one organisation. Three queries, however many checks there
    are."""
    if not checks:
        return {}
    organisation = checks[0].organisation
    references: dict[int, list[Reference]] = {}
    for reference in (
        Reference.objects.of(organisation)
        .select_related("request__referee", "version")
        .filter(request__check_run__in=checks)
        .order_by("submitted_at", "pk")
    ):
        references.setdefault(reference.request.check_run_id, []).append(reference)
    own = {
        row.check_run_id: row
        for row in SelfReference.objects.of(organisation)
        .select_related("version")
        .filter(check_run__in=checks, submitted_at__isnull=False)
    }
    states: dict[int, list[tuple[str, datetime | None]]] = {}
    for pk, state, erased_at in (
        Referee.objects.of(organisation)  # without wrong recipients, who weren't the referee
        .filter(check_run__in=checks, request__isnull=False)
        .exclude(request__state=State.DECLINED, request__why=ReferenceRequest.Why.NOT_ME)
        .values_list("check_run", "request__state", "erased_at")
    ):
        states.setdefault(pk, []).append((state, erased_at))
    versions = shown_versions(checks)
    return {
        check.pk: _results(
            check,
            versions[check.pk],
            references.get(check.pk, []),
            own.get(check.pk),
            states=states.get(check.pk, []),
        )
        for check in checks
    }


def shown_versions(checks: Sequence[Check]) -> Mapping[int, QuestionnaireVersion]:
    """Return the versions by check id, in the organisation's language, which may have changed since a check was opened.
    One query for each version in another language."""
    found: dict[int, QuestionnaireVersion] = {}
    for check in checks:
        if check.version_id not in found:
            found[check.version_id] = in_language(check.version, check.organisation.language)
    return {check.pk: found[check.version_id] for check in checks}


def _results(
    check: Check,
    version: QuestionnaireVersion,
    references: Sequence[Reference],
    self_reference: SelfReference | None,
    *,
    states: Sequence[tuple[str, datetime | None]],
) -> Results:
    questions = _questions(check, version)
    respondents = [_respondent(reference, version, questions) for reference in references]
    received = [who for who, _, _ in respondents]
    facts = _verifications(references, questions)
    own = _self_reference(self_reference, check, version) if self_reference is not None else None
    asked_own = {question.id: question for question in for_self(questions)}
    return Results(
        questionnaire=check.version.questionnaire.title,
        version=check.version.number,
        wanted=check.wanted,
        completed_at=check.completed_at,
        sent=len(states),
        declined=sum(state == State.DECLINED for state, _ in states),
        erased=sum(state == State.ANSWERED and erased is not None for state, erased in states),
        references=tuple(received),
        self_reference=own[0] if own else None,
        questions=tuple(
            question_result(question, asked_own.get(question.id), respondents, own, questions)
            for question in questions
            if not isinstance(question, CONFIRMING)
        ),
        verification=tuple(facts),
        contradictions=tuple(_contradictions(received, facts)),
    )


def given_by(reference: Reference) -> dict[str, list[int]]:
    """Levels, positions or option numbers by question id; empty for "can't judge"."""
    return {
        question.id: list(_values_in(question, reference.answers[question.id]))
        for question in _questions(reference.request.check_run, reference.request.check_run.version)
        if reference.answers.get(question.id) is not None and not isinstance(question, CONFIRMING)
    }


def _questions(check: Check, version: QuestionnaireVersion) -> tuple[Question, ...]:
    """Return the questions without the company, which differs between referees."""
    name = check.step_request.application.candidate.name
    return fill_placeholders(
        stored_questions(version), candidate=name, company=gettext("the company"), language=version.language
    )


def _respondent(
    reference: Reference, version: QuestionnaireVersion, questions: Sequence[Question]
) -> Respondent:
    referee, answers = reference.request.referee, reference.answers
    relationship = referee.relationship
    for question in questions:
        given = answers.get(question.id)
        if isinstance(question, RelationshipConfirm) and given:
            relationship = given["relationship"]
    code = reference.version.language
    other = code != version.language
    who = ReceivedReference(
        id=str(reference.pk),
        name=referee.name,
        relationship_id=relationship,
        relationship=labels.relationships()[relationship],
        company=referee.company,
        candidate_title=referee.candidate_title,
        period=labels.period(referee.from_month, referee.to_month or None),
        submitted_at=reference.submitted_at,
        factual=reference.factual,
        late=reference.late,
        language=language_name(code) if other else "",
        language_code=code if other else "",
        quote=reference.quote,
    )
    put = applicable(questions, relationship=relationship, answers=answers)
    return who, answers, frozenset() if reference.factual else frozenset(question.id for question in put)


def _self_reference(row: SelfReference, check: Check, version: QuestionnaireVersion) -> Respondent | None:
    if row.submitted_at is None:
        return None
    code = row.version.language
    other = code != version.language
    who = ReceivedReference(
        id=SELF_REFERENCE,
        name=check.step_request.application.candidate.name,
        relationship_id="",
        relationship=gettext("Self"),
        company="",
        candidate_title="",
        period="",
        submitted_at=row.submitted_at,
        factual=False,
        late=check.completed_at is not None and row.submitted_at > check.completed_at,
        language=language_name(code) if other else "",
        language_code=code if other else "",
        is_self=True,
    )
    return who, row.answers or {}, frozenset(row.answers or {})


def question_result(
    question: Question,
    asked_own: Question | None,
    respondents: Sequence[Respondent],
    own: Respondent | None,
    questions: Sequence[Question],
) -> QuestionResult:
    answered: dict[str, list[ReferenceAnswer]] = {}
    not_asked: list[ReceivedReference] = []
    left_open: list[ReceivedReference] = []
    for who, answers, put in respondents:
        given = answers.get(question.id)
        if given is not None:
            answered.setdefault(who.relationship, []).append(_answer_of(question, given, by=who))
        elif question.id in put or question.id in answers:
            left_open.append(who)
        elif not who.factual:
            not_asked.append(who)
    order = [labels.relationships()[value] for value in RELATIONSHIPS]
    groups = [
        AnswerGroup(relationship=name, answers=tuple(answered[name]), is_self=False)
        for name in order
        if name in answered
    ]
    if own is not None and asked_own is not None and own[1].get(question.id) is not None:
        answer = _answer_of(question, own[1][question.id], by=own[0])
        groups.append(AnswerGroup(relationship=own[0].relationship, answers=(answer,), is_self=True))
    self_text = asked_own.text if own is not None and asked_own is not None else ""
    return replace(
        _empty_result(question),
        self_text=self_text if self_text != question.text else "",
        groups=tuple(groups),
        unasked=_why_not_asked(question, questions),
        not_asked=tuple(not_asked),
        left_open=tuple(left_open),
    )


def _empty_result(question: Question) -> QuestionResult:
    options = _options(question)
    return QuestionResult(
        id=question.id,
        kind=_kind(question),
        text=question.text,
        self_text="",
        competency=question.competency if isinstance(question, Rating | Agreement) else "",
        levels=_levels(question),
        options=tuple(enumerate(options.values(), start=1)),
        ends=(question.left, question.right) if isinstance(question, Between) else ("", ""),
        pick=question.pick if isinstance(question, Adjectives) else 0,
        multiple=isinstance(question, MultipleChoice | Adjectives),
        asks_work_again=isinstance(question, WouldWorkAgain),
        groups=(),
        unasked="",
        not_asked=(),
        left_open=(),
    )


def _answer_of(question: Question, given: Any, *, by: ReceivedReference) -> ReferenceAnswer:
    """Return the answer in words. A long text becomes a comment."""
    [row] = render_answers([question], {question.id: given})
    text = isinstance(question, LongText)
    return ReferenceAnswer(
        by=by,
        words="" if text else row.answer,
        detail=row.detail,
        comment=row.answer if text else row.comment,
        values=_values_in(question, given),
    )


def _values_in(question: Question, given: Any) -> tuple[int, ...]:
    match question:
        case Rating() | Agreement():
            return (given["level"],) if given["level"] else ()
        case Between():
            return (given["place"],) if given["place"] else ()
        case YesNoUnsure() | WouldWorkAgain():
            chosen = [given["answer"]]
        case SingleChoice():
            chosen = [given]
        case MultipleChoice() | Adjectives():
            chosen = given
        case Ranking() | LongText() | ShortText() | Number() | Date() | Period():
            return ()
        case RelationshipConfirm() | DatesConfirm() | TitleConfirm():
            return ()
        case _:
            assert_never(question)
    numbers = {value: number for number, value in enumerate(_options(question), start=1)}
    return tuple(numbers[value] for value in chosen)


def _why_not_asked(question: Question, questions: Sequence[Question]) -> str:
    """Explain who was asked the question and on what condition; "" if everybody was asked."""
    sentences = []
    if question.only_for:
        known = labels.relationships()
        who = ", ".join(known[relationship] for relationship in question.only_for)
        sentences.append(gettext("Asked only of: %(who)s.") % {"who": who})
    if question.when is not None:
        earlier = next(other for other in questions if other.id == question.when.question)
        words = _option_words(earlier)
        sentences.append(
            gettext("Asked only if “%(question)s” was answered with %(answers)s.")
            % {
                "answers": ", ".join(
                    gettext("“%(answer)s”") % {"answer": words.get(value, value)}
                    for value in question.when.values
                ),
                "question": earlier.text,
            }
        )
    return " ".join(sentences)


def _kind(question: Question) -> QuestionKind:
    match question:
        case Rating() | Agreement() | Between() | Adjectives() | LongText():
            return question.type
        case SingleChoice() | MultipleChoice() | YesNoUnsure() | WouldWorkAgain():
            return "choice"
        case (
            ShortText()
            | Number()
            | Date()
            | Period()
            | Ranking()
            | RelationshipConfirm()
            | DatesConfirm()
            | TitleConfirm()
        ):
            return "line"
        case _:
            assert_never(question)


def _levels(question: Question) -> tuple[Level, ...]:
    match question:
        case Rating():
            return question.levels
        case Agreement():
            return tuple(Level(value, _agreement(question, value), "") for value in RATING_LEVELS)
        case Between():
            return tuple(Level(value, "", "") for value in PLACES)
        case SingleChoice() | MultipleChoice() | Adjectives() | Ranking() | YesNoUnsure() | WouldWorkAgain():
            return ()
        case LongText() | ShortText() | Number() | Date() | Period():
            return ()
        case RelationshipConfirm() | DatesConfirm() | TitleConfirm():
            return ()
        case _:
            assert_never(question)


def _agreement(question: Agreement, level: int) -> str:
    [row] = render_answers([question], {question.id: {"level": level, "not_able": False, "comment": ""}})
    return row.answer


def _options(question: Question) -> Mapping[str, str]:
    match question:
        case SingleChoice() | MultipleChoice() | Adjectives():
            return {choice.value: choice.label for choice in question.choices}
        case YesNoUnsure():
            return labels.yes_no_unsure()
        case WouldWorkAgain():
            return labels.would_work_again()
        case Rating() | Agreement() | Between() | Ranking():
            return {}
        case LongText() | ShortText() | Number() | Date() | Period():
            return {}
        case RelationshipConfirm() | DatesConfirm() | TitleConfirm():
            return {}
        case _:
            assert_never(question)


def _option_words(question: Question) -> Mapping[str, str]:
    return _options(question) or {str(level.value): level.label for level in _levels(question)}


def _verifications(references: Sequence[Reference], questions: Sequence[Question]) -> list[VerifiedFact]:
    asked = [question for question in questions if isinstance(question, CONFIRMING)]
    return [entry for reference in references for entry in _verifications_of(reference, asked)]


def _contradictions(
    received: Sequence[ReceivedReference], facts: Sequence[VerifiedFact]
) -> Iterator[Contradiction]:
    """Different dates or titles from referees of the same company. The relationship is always each referee's own."""
    people = {reference.id: reference for reference in received}
    groups: dict[tuple[str, str, str], dict[str, list[ReceivedReference]]] = {}
    for fact in facts:
        who = people[fact.reference]
        if fact.verdict == "unsure" or fact.kind == "relationship_confirm" or not who.company:
            continue
        group = groups.setdefault((fact.what, who.company.strip().casefold(), fact.stated), {})
        group.setdefault(fact.confirmed.strip(), []).append(who)
    for (what, _, _), claims in groups.items():
        if len({fact.casefold() for fact in claims}) > 1:
            first = next(iter(claims.values()))[0]
            yield Contradiction(
                what=what,
                company=first.company,
                claims=tuple((fact, tuple(who)) for fact, who in claims.items()),
            )


def _fact_label(question: Confirmation) -> str:
    match question:
        case RelationshipConfirm():
            return gettext("Relationship")
        case DatesConfirm():
            return gettext("Worked together")
        case TitleConfirm():
            return gettext("Job title")
        case _:
            assert_never(question)


def _verifications_of(reference: Reference, asked: Sequence[Confirmation]) -> list[VerifiedFact]:
    shown = render_answers(asked, reference.answers, stated=stated_of(reference.request.referee))
    return [
        VerifiedFact(
            reference=str(reference.pk),
            kind=question.type,
            what=_fact_label(question),
            stated=row.stated,
            confirmed=_confirmed(row.verdict, row.stated, row.answer),
            verdict=row.verdict,
        )
        for question, row in zip(asked, shown, strict=True)
        if row.answered
    ]


def _confirmed(verdict: str, stated: str, answer: str) -> str:
    if verdict == "confirmed":
        return stated
    return answer if verdict == "corrected" else ""
