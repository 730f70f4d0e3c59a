"""Streams a role's results as files: the numbers on page 1 of each newest report, without items, item responses or
keys.

Uses short queries, because a server-side cursor would run as one statement, whose time core.web_processes limits.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Literal, TypedDict, assert_never

from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpResponseBase, StreamingHttpResponse
from django.utils.text import slugify
from django.views.decorators.http import require_safe
from pydantic import TypeAdapter

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.accounts.domain.audit import write_by
from goodword.accounts.models import Membership, Organisation
from goodword.assessments.kinds.registry import kind_named
from goodword.assessments.kinds.report import ReportFigure
from goodword.candidates.models import visible_applications
from goodword.core import clock
from goodword.core.tables import Form, table_file
from goodword.references.report_data import CheckData, QuestionnaireName
from goodword.references.report_front import kind_of, verdict_of, work_again_counts
from goodword.reports.domain.versions import current_first
from goodword.reports.models import Report
from goodword.roles.models import Role, Step, visible_roles

SCHEMA: Final = 1
#: candidates whose reports are in memory at a time
BATCH: Final = 50


class TestResult(TypedDict):
    """`version` and `requirement` are the report's. `for_practice`: a built-in set of situations, whose results aren't
    for decisions and have no percentiles. `ended_early`: a member ended the test before the candidate had finished, so
    its figures can't be compared with others."""

    test: str
    version: str
    for_practice: bool
    requirement: str | None
    ended_early: bool
    figures: list[ReportFigure]


class RefereeAnswer(TypedDict):
    """`value`: a level of the question's scale. `relationship` is in the report's language."""

    relationship: str
    is_self_assessment: bool
    value: int


class RatingResult(TypedDict):
    competency: str | None
    question: str
    lowest: int
    highest: int
    answers: list[RefereeAnswer]


class RoleResult(TypedDict):
    """One step of one candidate. `language`: of the assessment, by its name in the report's language. `questionnaire`:
    what referees were asked. Results with another language or version can't be compared. `would_work_again`: referees
    per answer. `facts`: dates and titles per verdict."""

    application: int
    candidate: str
    step: Literal["assessment", "reference_check"]
    report: str
    report_version: int
    reported_at: str
    language: str | None
    questionnaire: QuestionnaireName | None
    tests: list[TestResult]
    ratings: list[RatingResult]
    would_work_again: dict[str, int]
    facts: dict[str, int]


class RoleResults(TypedDict):
    schema: int
    role: str
    exported_at: str
    results: list[RoleResult]


def results_schema() -> dict[str, Any]:
    return TypeAdapter(RoleResults).json_schema()


COLUMNS: Final = (
    *("application", "candidate", "step", "report", "report_version", "reported_at"),
    *("test_or_competency", "version", "for_practice", "figure", "is_self_assessment", "value", "out_of"),
    *(
        "band_low",
        "band_high",
        "percentile",
        "percentile_low",
        "percentile_high",
        "group_size",
        "ended_early",
    ),
    *("language", "questionnaire"),
)


@require_safe
@access.member()
def results_file(request: MemberRequest, pk: int, form: Form | Literal["json"]) -> HttpResponseBase:
    """Download the results. Schema of the JSON: docs/schemas/role-results.json."""
    member, now = request.member, clock.now()
    role = access.get_or_404(visible_roles(member), pk)
    write_by(member, "results.exported", now=now, details={"role": role.pk, "format": form})
    found = _results(role, member)
    day = now.astimezone(member.organisation.zone).date()
    name = f"{slugify(role.title) or 'role'}-results-{day}"
    if form == "json":
        response = StreamingHttpResponse(_json(found, role, now=now), content_type="application/json")
        response["Content-Disposition"] = f'attachment; filename="{name}.json"'
        response["X-Content-Type-Options"] = "nosniff"
    else:
        rows = _rows(found)
        if form == "xlsx":
            rows = _dated(rows, member.organisation)
        response = table_file(form, COLUMNS, rows, name=name)
    response["Cache-Control"] = "no-store"
    return response


def _results(role: Role, member: Membership) -> Iterator[RoleResult]:
    """Yield results by candidate, with two queries for each batch."""
    ready = Report.objects.of(member.organisation).filter(state=Report.State.READY)
    reported = Exists(ready.filter(step_request__application=OuterRef("pk")))
    candidates = visible_applications(member).filter(reported, role=role, erased_at=None).order_by("pk")
    after = 0
    while batch := list(candidates.filter(pk__gt=after).values_list("pk", flat=True)[:BATCH]):
        yield from map(_result, _newest(ready.filter(step_request__application__in=batch)))
        if len(batch) < BATCH:
            return
        after = batch[-1]


def _newest(reports: QuerySet[Report]) -> Sequence[Report]:
    """Return the newest report of each step, in the order of the candidates."""
    newest = (
        current_first(reports).distinct("step_request").select_related("step_request__application__candidate")
    )
    return sorted(newest, key=lambda report: (report.step_request.application_id, report.pk))


def _result(report: Report) -> RoleResult:
    snapshot, application = report.snapshot, report.step_request.application
    found: RoleResult = {
        "application": application.pk,
        "candidate": application.candidate.name,
        "step": snapshot["kind"],
        "report": report.code,
        "report_version": report.version,
        "reported_at": snapshot["made_at"],
        "language": None,
        "questionnaire": None,
        "tests": [],
        "ratings": [],
        "would_work_again": {},
        "facts": {},
    }
    match kind := Step.Kind(snapshot["kind"]):
        case Step.Kind.ASSESSMENT:
            found["language"] = snapshot["assessment"]["language"]
            found["tests"] = [_test(part) for part in snapshot["assessment"]["tests"]]
        case Step.Kind.REFERENCE_CHECK:
            _add_references(found, snapshot["check"])
        case _:
            assert_never(kind)
    return found


def _add_references(found: RoleResult, check: CheckData) -> None:
    found["questionnaire"] = check["questionnaire"]
    found["ratings"] = [
        {
            "competency": question.get("competency"),
            "question": question["text"],
            "lowest": min(level["value"] for level in question["levels"]),
            "highest": max(level["value"] for level in question["levels"]),
            "answers": [
                {
                    "relationship": group["relationship"],
                    "is_self_assessment": group["self_reference"],
                    "value": value,
                }
                for group in question["by_relationship"]
                for value in group["values"]
            ],
        }
        for question in check["questions"]
        if question["type"] == "rating"
    ]
    found["would_work_again"] = work_again_counts(check)
    known = {reference["id"]: reference for reference in check["references"]}
    verdicts = [
        verdict_of(fact)
        for fact in check["verification"]
        if kind_of(fact, known[fact["reference"]]) != "relationship_confirm"
    ]
    found["facts"] = {verdict: verdicts.count(verdict) for verdict in ("confirmed", "corrected", "unsure")}


def _test(part: Mapping[str, Any]) -> TestResult:
    requirement = part["requirement"]
    return {
        "test": part["name"],
        "version": part["version"],
        "for_practice": bool(part.get("for_practice")),
        "requirement": requirement["text"] if requirement else None,
        "ended_early": bool(part.get("cut_short")),
        "figures": kind_named(part["kind"]).report.figures(part),
    }


def _json(found: Iterator[RoleResult], role: Role, *, now: datetime) -> Iterator[str]:
    head = {"schema": SCHEMA, "role": role.title, "exported_at": now.isoformat()}
    yield json.dumps(head, ensure_ascii=False)[:-1] + ', "results": ['
    for place, result in enumerate(found):
        yield (",\n" if place else "\n") + json.dumps(result, ensure_ascii=False)
    yield "\n]}\n"


def _rows(found: Iterator[RoleResult]) -> Iterator[list[Any]]:
    for result in found:
        head = [
            result["application"],
            result["candidate"],
            result["step"],
            result["report"],
            result["report_version"],
            result["reported_at"],
        ]
        for cells in _lines(result):
            yield [*head, *cells]


def _dated(rows: Iterator[list[Any]], organisation: Organisation) -> Iterator[list[Any]]:
    """Convert `reported_at` to a datetime in the organisation's time zone."""
    place = COLUMNS.index("reported_at")
    for row in rows:
        row[place] = datetime.fromisoformat(row[place]).astimezone(organisation.zone)
        yield row


def _lines(result: RoleResult) -> Iterator[list[Any]]:
    for test in result["tests"]:
        for figure in test["figures"]:
            name, value, out_of, *rest = figure.values()
            head = [test["test"], test["version"], test["for_practice"]]
            yield [*head, name, None, value, out_of, *rest, test["ended_early"], result["language"], None]
    asked = result["questionnaire"]
    title, version = (asked["title"], asked["version"]) if asked else (None, None)
    rest_of_line = [*[None] * 8, title]
    for rating in result["ratings"]:
        label = rating["competency"] or rating["question"]
        for answer in rating["answers"]:
            head = [label, version, None, answer["relationship"], answer["is_self_assessment"]]
            yield [*head, answer["value"], rating["highest"], *rest_of_line]
    for text, n in result["would_work_again"].items():
        yield ["would_work_again", version, None, text, None, n, None, *rest_of_line]
    for verdict, n in result["facts"].items():
        yield ["dates_and_title", version, None, verdict, None, n, None, *rest_of_line]
