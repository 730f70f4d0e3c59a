"""Attempts of before had one test: it becomes their one part, of an assessment that serves the role's requirement."""

from typing import Any

from django.db import migrations
from django.db.models import Count

from goodword.assessments.kinds import builtin
from goodword.assessments.kinds.scales.content import parse_pack


def into_parts(apps: Any, schema_editor: Any) -> None:
    del schema_editor
    attempts, parts, answers, scores = (
        apps.get_model("assessments", name).objects for name in ("Attempt", "AttemptPart", "Answer", "Score")
    )
    for attempt in attempts.filter(assessment=None).select_related("start__step").order_by("pk"):
        version = _version(apps, attempt)
        assessment, planned = _assessment(apps, attempt, version)
        attempt.assessment = assessment
        attempt.save(update_fields=["assessment"])
        part = parts.create(
            organisation_id=attempt.organisation_id,
            attempt=attempt,
            part=planned,
            order=1,
            version=version,
            form=attempt.form,
            items=len(parse_pack(version.content).items_of(attempt.form)),
            begun_at=attempt.begun_at,
            ended_at=attempt.completed_at if attempt.progress == "completed" else None,
            ended_by="finished" if attempt.progress == "completed" else "",
        )
        for answer in answers.filter(attempt=attempt):
            answer.part, answer.given = part, answer.value
            answer.save(update_fields=["part", "given"])
        scores.filter(attempt=attempt).update(part=part)


def _version(apps: Any, attempt: Any) -> Any:
    """The instrument's version as a row, so that it stays whole when the built-in one changes."""
    tests, versions = (apps.get_model("assessments", name).objects for name in ("Test", "TestVersion"))
    test, _ = tests.get_or_create(
        organisation_id=attempt.organisation_id,
        key=attempt.instrument,
        defaults={"kind": "scales", "title": "Work style", "created_at": attempt.opened_at},
    )
    version, _ = versions.get_or_create(
        test=test,
        number=attempt.instrument_version,
        language=attempt.language,
        defaults={
            "organisation_id": attempt.organisation_id,
            "content": builtin.content(
                attempt.instrument, language=attempt.language, version=attempt.instrument_version
            ),
            "created_at": attempt.opened_at,
            "published_at": attempt.opened_at,
        },
    )
    return version


def _assessment(apps: Any, attempt: Any, version: Any) -> tuple[Any, Any]:
    """The one assessment that all attempts of a step had."""
    assessments, planned_parts = (
        apps.get_model("assessments", name).objects for name in ("Assessment", "AssessmentPart")
    )
    step = attempt.start.step
    planned = planned_parts.filter(
        assessment__step=step, test=version.test, number=version.number, form=attempt.form
    ).first()
    if planned is not None:
        return planned.assessment, planned
    made = assessments.filter(step=step).aggregate(n=Count("pk"))["n"]
    assessment = assessments.create(
        organisation_id=attempt.organisation_id,
        step=step,
        number=made + 1,
        created_at=attempt.opened_at,
        published_at=attempt.opened_at,
    )
    planned = planned_parts.create(
        organisation_id=attempt.organisation_id,
        assessment=assessment,
        order=1,
        test=version.test,
        number=version.number,
        form=attempt.form,
        requirement=step.requirement,
        requirement_by=step.requirement_by,
        requirement_at=step.requirement_at,
    )
    return assessment, planned


class Migration(migrations.Migration):
    dependencies = [("assessments", "0003_several_tests")]

    operations = [migrations.RunPython(into_parts, migrations.RunPython.noop)]
