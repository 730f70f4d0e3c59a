"""Tests of an organisation for the library's pages: imported, published, used by a role."""

import json
from datetime import datetime
from typing import Any

from django.urls import reverse

from goodword.accounts.models import AuditEntry, Membership, Organisation
from goodword.assessments.catalogue.packs import ensure_builtin, import_pack, publish_pack
from goodword.assessments.models import Assessment, AssessmentPart, Test, TestVersion
from goodword.roles.models import Role
from tests.support import factories

NOW = factories.NOW


def custom_questions(**changes: Any) -> dict[str, Any]:
    """Three questions: with a correct answer, with a rubric, unmarked."""
    content: dict[str, Any] = {
        "kind": "questions",
        "id": "ladders",
        "version": "1",
        "language": "en",
        "name": "Ladders",
        "instructions": "Take your time.",
        "questions": [
            {
                "type": "single_choice",
                "id": "angle",
                "text": "How steep does a ladder stand?",
                "choices": [
                    {"value": "steep", "label": "75 degrees"},
                    {"value": "flat", "label": "30 degrees"},
                ],
            },
            {"type": "long_text", "id": "why", "text": "Why?"},
            {"type": "short_text", "id": "since", "text": "Since when do you know?", "required": False},
        ],
        "rubrics": [
            {
                "question": "why",
                "criteria": [
                    {"id": "safe", "text": "Names what can happen", "points": 3, "anchors": "3: slips, tips"}
                ],
            }
        ],
        "right": {"angle": ["steep"]},
    }
    return content | changes


def imported(who: Membership, pack: dict[str, Any]) -> TestVersion:
    """A draft of a pack."""
    return import_pack(raw=json.dumps(pack).encode(), by=who, now=NOW)


def published(who: Membership, pack: dict[str, Any], *, now: datetime = NOW) -> TestVersion:
    """A published version of a pack."""
    return publish_pack(version=imported(who, pack), by=who, now=now)


def builtin(organisation: Organisation, key: str) -> Test:
    return ensure_builtin(organisation, key, now=NOW)


def used(role: Role, version: TestVersion, *, form: str = "full", is_published: bool = True) -> Assessment:
    """Publish the role's next assessment with only this test."""
    step = factories.step(role, "assessment")
    assessment = Assessment.objects.create(
        organisation=role.organisation,
        step=step,
        number=step.assessments.count() + 1,
        created_at=NOW,
        created_by=factories.member(role.organisation),
        published_at=NOW if is_published else None,
    )
    AssessmentPart.objects.create(
        organisation=role.organisation,
        assessment=assessment,
        order=1,
        test=version.test,
        number=version.number,
        form=form,
        requirement="Works with people",
    )
    return assessment


def url(name: str, organisation: Organisation, *args: object, query: str = "") -> str:
    return reverse(name, args=[organisation.slug, *args]) + (f"?{query}" if query else "")


def rows(organisation: Organisation) -> dict[str, object]:
    """All rows that these pages can change."""
    return {
        "tests": list(Test.objects.of(organisation).order_by("pk").values()),
        "versions": list(TestVersion.objects.of(organisation).order_by("pk").values()),
        "audit": list(AuditEntry.objects.of(organisation).order_by("pk").values_list("action", flat=True)),
    }


def acts(organisation: Organisation) -> list[str]:
    """Audit log entries, oldest first."""
    return list(AuditEntry.objects.of(organisation).order_by("pk").values_list("action", flat=True))
