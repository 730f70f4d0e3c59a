"""Erasure and export of reports. An organisation's export also has their content, and who opened them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from functools import partial
from itertools import groupby
from typing import Any, assert_never

from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext

from goodword.assessments.kinds.registry import kind_named
from goodword.core import jobs
from goodword.core.personal_data import (
    Counts,
    ExportRequest,
    Sections,
    Subject,
    erases,
    exports,
    without_empty,
)
from goodword.core.rows import locked_to_delete
from goodword.notifications.domain import links
from goodword.notifications.models import Link
from goodword.references.models import Reference
from goodword.references.results import given_by
from goodword.reports.domain.rendering import RENDERING_DELAYS
from goodword.reports.domain.versions import mint_code, moment_text
from goodword.reports.models import Report, ReportFile, ResultReview
from goodword.roles.models import Step

#: a referee's answers by question id: numbers of levels, positions or options
Given = Mapping[str, Sequence[int]]


def redact(*, application_ids: Collection[int], now: datetime) -> dict[str, int]:
    """Erase content, files and links of all versions of locked applications' reports. The newest is rendered again,
    redacted; nobody is notified."""
    reports = Report.objects.across_organisations().filter(step_request__application_id__in=application_ids)
    return _redact(reports, _is_personal, without_person, now=now)


def redact_referees(*, referee_ids: Collection[int], now: datetime) -> dict[str, int]:
    """Remove these referees from all reports that quote them. New versions keep the other referees' answers."""
    counts = {"reports": 0, "report files": 0, "links": 0}
    references = Reference.objects.across_organisations().filter(request__referee_id__in=referee_ids)
    for reference in references.select_related("request__check_run__step_request__application"):
        reference_id, given = str(reference.pk), given_by(reference)
        person = reference.request.check_run.step_request.application.candidate_id
        reports = Report.objects.across_organisations().filter(
            step_request__application__candidate_id=person,
            step_request__reports__snapshot__check__references__contains=[{"id": reference_id}],
        )
        redacted = _redact(
            Report.objects.across_organisations().filter(pk__in=reports.values("pk")),
            partial(_quotes, reference=reference_id),
            partial(without_referee, reference=reference_id, given=given),
            now=now,
            keep_links=True,
        )
        counts = {name: n + redacted[name] for name, n in counts.items()}
    return counts


def _is_personal(report: Report) -> bool:
    return not report.snapshot["redacted"]


def _quotes(report: Report, *, reference: str) -> bool:
    references = report.snapshot.get("check", {}).get("references", ())
    return any(row["id"] == reference and not row.get("erased") for row in references)


def _redact(
    reports: QuerySet[Report],
    is_affected: Callable[[Report], bool],
    without: Callable[[Mapping[str, Any]], dict[str, Any]],
    *,
    now: datetime,
    keep_links: bool = False,
) -> dict[str, int]:
    """Redact the affected reports. `keep_links`: revoke links instead of deleting them, so that they still say what
    happened."""
    files = redacted = dead = 0
    rows = reports.select_for_update(of=("self",), no_key=True).select_related("organisation")
    for _, versions in groupby(
        list(rows.order_by("step_request", "version")), key=lambda report: report.step_request_id
    ):
        known = list(versions)
        named = [report for report in known if is_affected(report)]
        if not named:
            continue
        if keep_links:
            for report in named:
                dead += links.end(
                    organisation=report.organisation,
                    purpose=Link.Purpose.REPORT,
                    subject_id=report.pk,
                    now=now,
                )
        else:
            dead += links.forget(purpose=Link.Purpose.REPORT, subject_ids=[report.pk for report in named])
        for report in named:
            report.snapshot = without(report.snapshot)
            report.state, report.error, report.try_again_at = Report.State.REDACTED, "", None
            report.save(update_fields=["snapshot", "state", "error", "try_again_at"])
        files += ReportFile.objects.across_organisations().filter(report__in=named).delete()[0]
        redacted += len(named)
        _follow(named[-1], version=known[-1].version + 1, now=now)
    return {"reports": redacted, "report files": files, "links": dead}


def _follow(report: Report, *, version: int, now: datetime) -> None:
    code = mint_code()
    made = {
        "code": code,
        "version": version,
        "made_at": now.isoformat(),
        "made_at_text": moment_text(now, organisation=report.organisation),
    }
    redacted = Report.objects.create(
        organisation=report.organisation,
        step_request_id=report.step_request_id,
        attempt_id=report.attempt_id,
        check_run_id=report.check_run_id,
        version=version,
        code=code,
        snapshot={**report.snapshot, **made},
        try_again_at=now + RENDERING_DELAYS[0],
        created_at=now,
    )
    jobs.named("report.render").defer(report_id=redacted.pk)


def without_person(snapshot: Mapping[str, Any]) -> dict[str, Any]:
    """A redacted copy that `check_snapshot` accepts: role, questions, tests and numbers of answers."""
    found = {**snapshot, "candidate": {"name": None}, "redacted": True}
    match kind := Step.Kind(snapshot["kind"]):
        case Step.Kind.ASSESSMENT:
            return found | {"assessment": _assessment_without_person(snapshot["assessment"])}
        case Step.Kind.REFERENCE_CHECK:
            check, name = _check_without_person(snapshot["check"]), snapshot["candidate"]["name"]
            with translation.override(snapshot["language"]):
                return found | {"check": _replaced(check, name, gettext("the candidate"))}
        case _:
            assert_never(kind)


def _assessment_without_person(assessment: Mapping[str, Any]) -> dict[str, Any]:
    tests = [kind_named(part["kind"]).report.without_person(part) for part in assessment["tests"]]
    kept = {**assessment, "tests": [_without_signs(part) for part in tests]}
    if total := assessment.get("total"):
        kept["total"] = {**total, "value": None, "portions": []}
    return kept


def _without_signs(part: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in part.items() if key not in {"validity", "validity_checked"}}


def _check_without_person(check: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **check,
        "references": [_anonymous(reference) for reference in check["references"]],
        "questions": [_question_without_answers(question) for question in check["questions"]],
        "verification": [],
        **({"contradictions": []} if "contradictions" in check else {}),
    }


def _anonymous(reference: Mapping[str, Any]) -> dict[str, Any]:
    anonymous = {**reference["referee"], "name": None, "company": None, "title": None}
    kept = {key: value for key, value in reference.items() if key != "quote"}
    return {**kept, "referee": anonymous, "period_text": None}


def _question_without_answers(question: Mapping[str, Any]) -> dict[str, Any]:
    gone = [{"reference": comment["reference"], "text": None} for comment in question["comments"]]
    answers: dict[str, list[Any]] = {"by_relationship": []} if "by_relationship" in question else {}
    if "answers" in question:
        answers["answers"] = []
    return {**question, "comments": gone, **answers}


def _replaced(value: Any, name: str | None, instead: str) -> Any:
    if isinstance(value, str):
        return value.replace(name, instead) if name else value
    if isinstance(value, dict):
        return {key: _replaced(item, name, instead) for key, item in value.items()}
    if isinstance(value, list):
        return [_replaced(item, name, instead) for item in value]
    return value


def without_referee(snapshot: Mapping[str, Any], *, reference: str, given: Given) -> dict[str, Any]:
    """Return a copy that keeps only the referee's relationship. `given`: the referee's answers, for snapshots that
    don't record who gave each value."""
    check = snapshot["check"]
    known = {row["id"]: row["referee"]["relationship"] for row in check["references"]}
    kept = {
        **check,
        "references": [
            _anonymous_referee(row) if row["id"] == reference else row for row in check["references"]
        ],
        "questions": [
            _question_without_referee(
                question, reference, relationship=known[reference], given=given.get(question["id"], ())
            )
            for question in check["questions"]
        ],
        "verification": [fact for fact in check["verification"] if fact["reference"] != reference],
    }
    if "contradictions" in check:
        kept["contradictions"] = [
            contradiction
            for contradiction in check["contradictions"]
            if reference not in contradiction["references"]
        ]
    return {**snapshot, "check": kept, "left_out": snapshot.get("left_out", 0) + 1}


def _anonymous_referee(reference: Mapping[str, Any]) -> dict[str, Any]:
    anonymous = {**reference["referee"], "name": None, "company": None, "title": None}
    kept = {key: value for key, value in reference.items() if key not in {"late", "language", "quote"}}
    return {**kept, "referee": anonymous, "period_text": None, "submitted_at_text": "–", "erased": True}


def _question_without_referee(
    question: Mapping[str, Any], reference: str, *, relationship: str, given: Sequence[int]
) -> dict[str, Any]:
    kept = {**question, "comments": _others(question["comments"], reference)}
    if "answers" in question:
        kept["answers"] = _others(question["answers"], reference)
    if "by_relationship" in question:
        groups = [
            _group_without_referee(group, reference, relationship=relationship, given=given)
            for group in question["by_relationship"]
        ]
        kept["by_relationship"] = [group for group in groups if group["n"] or group["skipped"]]
    return kept


def _group_without_referee(
    group: Mapping[str, Any], reference: str, *, relationship: str, given: Sequence[int]
) -> dict[str, Any]:
    if "answers" not in group:
        return _older_group_without_referee(group, given) if _is_of(group, relationship) else dict(group)
    answers = _others(group["answers"], reference)
    if len(answers) == len(group["answers"]):
        return dict(group)
    answered = [answer for answer in answers if answer["values"]]
    return {
        **group,
        "answers": answers,
        "n": len(answered),
        "skipped": len(answers) - len(answered),
        "values": [value for answer in answered for value in answer["values"]],
        "identifiable": len(answers) == 1,
    }


def _is_of(group: Mapping[str, Any], relationship: str) -> bool:
    return group["relationship"] == relationship and not group["self_reference"]


def _older_group_without_referee(group: Mapping[str, Any], given: Sequence[int]) -> dict[str, Any]:
    values = list(group["values"])
    for value in given:
        if value in values:
            values.remove(value)
    n, skipped = group["n"] - bool(given), group["skipped"] - (not given)
    return {
        **group,
        "values": values,
        "n": max(n, 0),
        "skipped": max(skipped, 0),
        "identifiable": n + skipped == 1,
    }


def _others(entries: Sequence[Mapping[str, Any]], reference: str) -> list[Mapping[str, Any]]:
    return [entry for entry in entries if entry["reference"] != reference]


@erases("reports.Report", "reports.ReportFile", "reports.ReportOpening", "reports.ResultReview")
def erase(subject: Subject, now: datetime) -> Counts:
    """Erase content, files and links, but keep the record of when members opened reports."""
    if subject.referee_ids:
        return redact_referees(referee_ids=subject.referee_ids, now=now)
    reviews = ResultReview.objects.across_organisations().filter(
        step_request__application__in=subject.application_ids
    )
    locked_to_delete(reviews).delete()
    return redact(application_ids=subject.application_ids, now=now)


@exports("reports.Report", "reports.ReportFile", "reports.ReportOpening", "reports.ResultReview")
def export(wanted: ExportRequest) -> Sections:
    reports = (
        Report.objects.of(wanted.organisation)
        .filter(step_request__application_id__in=wanted.application_ids)
        .exclude(state=Report.State.REDACTED)
        .select_related("step_request__step")
        .prefetch_related("openings")
    )
    found = {"reports": [_report(report, wanted) for report in reports.order_by("pk")]}
    if wanted.by_member:
        found["reviews"] = _reviews(wanted)
    return found


def _reviews(wanted: ExportRequest) -> list[dict[str, Any]]:
    reviews = (
        ResultReview.objects.of(wanted.organisation)
        .filter(step_request__application_id__in=wanted.application_ids)
        .select_related("step_request__step", "assigned_to__user", "reviewed_by__user")
    )
    return [
        without_empty(
            {
                "step": review.step_request.step.get_kind_display(),
                "result of": review.since,
                "assigned to": str(review.assigned_to.user) if review.assigned_to else "",
                "reviewed": review.reviewed_at,
                "reviewed by": str(review.reviewed_by.user) if review.reviewed_by else "",
            }
        )
        for review in reviews.order_by("pk")
    ]


def _report(report: Report, wanted: ExportRequest) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "step": report.step_request.step.get_kind_display(),
        "code": report.code,
        "version": report.version,
        "made": report.ready_at,
    }
    if wanted.by_member:
        entry["content"] = report.snapshot
        entry["opened"] = [
            {"by": opening.by, "at": opening.opened_at}
            for opening in sorted(report.openings.all(), key=lambda o: o.pk)
        ]
    return without_empty(entry)
