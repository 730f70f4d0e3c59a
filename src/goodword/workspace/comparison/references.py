"""Compares references of several candidates of a role: each referee's rating by competency, beside the candidate's own.

Ratings are neither added up nor used for sorting. Questions share a row if they have the same wording and levels.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext

from goodword.accounts.models import Membership
from goodword.candidates.models import Application
from goodword.core.text import without_accents
from goodword.questionnaires import labels
from goodword.questionnaires.domain.versions import stored_questions
from goodword.questionnaires.models import QuestionnaireVersion
from goodword.questionnaires.questions import fill_placeholders
from goodword.questionnaires.types import (
    RATING_LEVELS,
    RELATIONSHIPS,
    Agreement,
    Question,
    Rating,
    WouldWorkAgain,
)
from goodword.references.models import Check, Reference
from goodword.references.queries import LETTERS
from goodword.references.results import (
    QuestionResult,
    ReceivedReference,
    ReferenceAnswer,
    Results,
    results_of_checks,
    shown_versions,
)
from goodword.roles.models import Role, Step
from goodword.workflow.models import DONE, is_open
from goodword.workspace.comparison.results import MAX_ROWS, WITH_NAMES, reused_results, visible_in

#: relationships in a cell; the candidate, who has none, is last
_ORDER: Final = (*RELATIONSHIPS, "")

#: candidates per page
MOST_COLUMNS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateReferences:
    """An application's check to compare: the latest finished one, else the latest with a reference. `number` replaces a
    hidden name."""

    application: Application
    check_id: int
    number: int = 0

    @property
    def name(self) -> str:
        if self.number:
            return gettext("Candidate %(number)s") % {"number": self.number}
        return self.application.candidate.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """One person's answer. `level` is None for "can't judge" and for answers other than ratings."""

    letter: str
    who: str
    words: str
    level: int | None
    is_self: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceCell:
    """`reason`: why it is empty. `levels`: who chose each level, lowest first; empty if nobody rated."""

    given: tuple[Given, ...]
    reason: str = ""

    @property
    def levels(self) -> Sequence[Sequence[Given]]:
        rated = [[given for given in self.given if given.level == level] for level in RATING_LEVELS]
        return rated if any(rated) else []


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceRow:
    """A question. `label`: its competency; `text`: its wording."""

    label: str
    text: str
    cells: tuple[ReferenceCell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceColumn:
    candidate: CandidateReferences
    results: Results
    #: anchor of the answers on the candidate's page
    anchor: str
    #: answers can still come in
    is_open: bool

    @property
    def application(self) -> Application:
        return self.candidate.application

    @property
    def name(self) -> str:
        return self.candidate.name

    @property
    def factual(self) -> int:
        return sum(reference.factual for reference in self.results.references)

    @property
    def version(self) -> str:
        return gettext("%(questionnaire)s, version %(version)s") % {
            "questionnaire": self.results.questionnaire,
            "version": self.results.version,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceTable:
    """`several_versions`: the candidates' referees were asked different questions."""

    columns: tuple[ReferenceColumn, ...]
    rows: tuple[ReferenceRow, ...]
    several_versions: bool

    @property
    def letters(self) -> Sequence[tuple[str, str]]:
        used = {who.relationship_id for column in self.columns for who in column.results.references}
        return [(LETTERS[key][0], str(LETTERS[key][1])) for key in LETTERS if key in used]


def with_references(role: Role, member: Membership) -> tuple[Sequence[CandidateReferences], bool]:
    """Applications with a reference that the member may see, by name, and whether only those of the latest `MAX_ROWS`
    checks. At most six queries."""
    organisation = role.organisation
    reused = reused_results(role, member, kind=Step.Kind.REFERENCE_CHECK)
    with_answers = (
        Check.objects.of(organisation)
        .filter(Exists(Reference.objects.of(organisation).filter(request__check_run=OuterRef("pk"))))
        .select_related("step_request__application__candidate")
        .only("progress", "completed_at", *WITH_NAMES)
        .order_by("-pk")
    )
    own = with_answers.filter(visible_in(role, member, "step_request__application"))[: MAX_ROWS + 1]
    checks = [(check, check.step_request.application) for check in own]
    if reused:
        checks += [
            (check, application)
            for check in with_answers.filter(step_request__in=reused, progress__in=DONE)
            for application, until in reused[check.step_request_id]
            if check.completed_at is not None and check.completed_at <= until
        ]
        checks.sort(key=lambda pair: pair[0].pk, reverse=True)
    found: dict[int, tuple[bool, CandidateReferences]] = {}
    for check, application in checks[:MAX_ROWS]:
        done = check.progress in DONE
        known_done, known = found.get(application.pk, (False, None))
        if known is None or (done and not known_done):
            found[application.pk] = done, CandidateReferences(application=application, check_id=check.pk)
    return sorted((candidate for _, candidate in found.values()), key=_name), len(checks) > MAX_ROWS


def under_numbers(
    everybody: Sequence[CandidateReferences], numbers: Mapping[int, int]
) -> Sequence[CandidateReferences]:
    numbered = [replace(candidate, number=numbers[candidate.application.pk]) for candidate in everybody]
    return sorted(numbered, key=lambda candidate: candidate.number)


def _name(candidate: CandidateReferences) -> tuple[str, str, int]:
    person = candidate.application.candidate
    return (
        without_accents(person.last_name),
        without_accents(person.preferred_name or person.first_name),
        candidate.application.pk,
    )


def reference_table(
    chosen: Sequence[CandidateReferences], role: Role, *, relationship: str = ""
) -> ReferenceTable:
    """The table with the answers of one relationship or all, and the self-assessment. Four queries."""
    checks = (
        Check.objects.of(role.organisation)
        .filter(pk__in=[candidate.check_id for candidate in chosen])
        .select_related("step_request__application__candidate", "version__questionnaire", "organisation")
        .in_bulk()
    )
    results = results_of_checks(list(checks.values()))
    columns = tuple(
        ReferenceColumn(
            candidate=candidate,
            results=results[candidate.check_id],
            anchor=_anchor(checks[candidate.check_id]),
            is_open=is_open(checks[candidate.check_id]),
        )
        for candidate in chosen
    )
    versions = shown_versions(list(checks.values()))
    asked = [_comparable(versions[candidate.check_id]) for candidate in chosen]
    return ReferenceTable(
        columns=columns,
        rows=tuple(_rows(columns, asked, relationship=relationship)),
        several_versions=len({version.pk for version in versions.values()}) > 1,
    )


def relationships_in(table: ReferenceTable) -> Sequence[tuple[str, str]]:
    used = {who.relationship_id for column in table.columns for who in column.results.references}
    names = labels.relationships()
    return [(key, names[key]) for key in RELATIONSHIPS if key in used]


def _anchor(check: Check) -> str:
    state = "results" if check.progress in DONE else "so-far" if is_open(check) else "incomplete"
    return f"{state}-{Step.Kind.REFERENCE_CHECK}"


def _comparable(version: QuestionnaireVersion) -> Mapping[Question, Sequence[str]]:
    """Ratings and "would work with again" with their ids. Identically worded questions count as one, also within a
    questionnaire, for example one for managers and one for colleagues."""
    questions = fill_placeholders(
        stored_questions(version),
        candidate=gettext("the candidate"),
        company=gettext("the company"),
        language=version.language,
    )
    found: dict[Question, list[str]] = {}
    for question in questions:
        if isinstance(question, Rating | Agreement | WouldWorkAgain):
            found.setdefault(_wording(question), []).append(question.id)
    return found


def _wording(question: Question) -> Question:
    """The question without parts that don't affect an answer's meaning: id, routing, help, and the self-assessment's
    wording."""
    return replace(question, id="x", help="", required=True, self_text="", only_for=(), when=None)


def _rows(
    columns: Sequence[ReferenceColumn],
    asked: Sequence[Mapping[Question, Sequence[str]]],
    *,
    relationship: str,
) -> list[ReferenceRow]:
    """Rows in the order of the questionnaires, "would work with again" first."""
    questions = list(dict.fromkeys(question for of_check in asked for question in of_check))
    questions.sort(key=lambda question: not isinstance(question, WouldWorkAgain))
    rows = []
    for question in questions:
        cells = tuple(
            _cell(column.results, of_check.get(question, ()), relationship=relationship)
            for column, of_check in zip(columns, asked, strict=True)
        )
        competency = question.competency if isinstance(question, Rating | Agreement) else ""
        label = gettext("Would work together again") if isinstance(question, WouldWorkAgain) else competency
        rows.append(
            ReferenceRow(label=label or question.text, text=question.text if label else "", cells=cells)
        )
    return rows


def _cell(results: Results, ids: Collection[str], *, relationship: str) -> ReferenceCell:
    if not ids:
        return ReferenceCell(given=(), reason=gettext("Not in this questionnaire"))
    answers = [
        (result, answer)
        for result in results.questions
        if result.id in ids
        for answer in result.answers
        if answer.by.is_self or relationship in {"", answer.by.relationship_id}
    ]
    answers.sort(key=lambda pair: _ORDER.index(pair[1].by.relationship_id))
    given = tuple(_given(result, answer) for result, answer in answers)
    return ReferenceCell(given=given, reason="" if given else gettext("No answers"))


def _given(result: QuestionResult, answer: ReferenceAnswer) -> Given:
    rated = result.kind in {"rating", "agreement"}
    level = answer.values[0] if rated and answer.values else None
    return Given(
        letter=_letter(answer.by),
        who=answer.by.relationship,
        words=(str(level) if level else gettext("can't judge")) if rated else answer.words,
        level=level,
        is_self=answer.by.is_self,
    )


def _letter(who: ReceivedReference) -> str:
    return gettext("S") if who.is_self else LETTERS[who.relationship_id][0]
