"""Enter in a form presses its main button, on every page for candidates and referees.

`tests/support/default_buttons.py` checks each page that any test opens. These tests open every portal page with a form.
"""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from goodword.assessments.attempts.parts import begin_part
from goodword.assessments.models import Attempt, AttemptPart
from goodword.notifications.models import Link
from tests.architecture.source import SOURCE
from tests.assessments.adjustments.support import answer_path, asked, fresh
from tests.assessments.adjustments.support import named as adjustments_answered
from tests.assessments.all_kinds import assessment_of_all
from tests.assessments.support import application, assigned, token_of
from tests.references import story
from tests.references.answered import data_path
from tests.support import factories
from tests.support.default_buttons import forms_of

NOW = factories.NOW
pytestmark = [pytest.mark.slow, pytest.mark.django_db, pytest.mark.time_machine(NOW, tick=False)]
TEMPLATES = SOURCE / "goodword"
#: URL prefixes of candidates, referees and people who answer adjustment requests
PORTALS = (
    "references/templates/references/[acor]*/*.html",
    "references/templates/references/*.html",
    "assessments/templates/assessments/portal/*.html",
    "assessments/templates/assessments/adjustments/*.html",
    "workflow/templates/workflow/*.html",
    "workspace/templates/workspace/portal*.html",
)


class Walk:
    """Opens pages and records their templates."""

    def __init__(self) -> None:
        self.templates: set[str] = set()
        self.client = Client()

    def open(self, path: str, data: dict[str, Any] | None = None, *, later: timedelta = timedelta()) -> Any:
        """Open the page, or submit `data` to it."""
        with time_machine.travel(NOW + later, tick=False):
            response: Any = (
                self.client.get(path) if data is None else self.client.post(path, data, follow=True)
            )
        assert response.status_code in {200, 422}, (path, response.status_code)
        self.templates |= {template.name for template in response.templates if template.name}
        assert [form.wrong for form in forms_of(response.content.decode()) if form.wrong] == [], path
        return response


def walk_references(walk: Walk) -> None:
    check = story.opened(step={"self_reference": "asked"})
    candidate = story.candidate_path(check).removesuffix("references/")
    for page in ("references/1/", "references/1/cannot/", "references/decline/", "ask/", "data/"):
        walk.open(f"{candidate}{page}")
    walk.open(f"{candidate}references/1/", {"r-name": "Maria"})
    story.named(check)
    for page in ("references/", "references/review/", "references/self-reference/"):
        walk.open(f"{candidate}{page}")
    walk.open(f"{candidate}references/self-reference/begin/", {})
    walk.open(f"{candidate}references/self-reference/review/")
    story.press_send(check)
    walk.open(f"{candidate}references/1/another/")
    walk.open(f"{candidate}fresh/", later=timedelta(days=31))

    first, second = map(story.referee_path, ("maria@globex.example", "paul@globex.example"))
    for page in ("", "facts/", "no/", "no/?as=not-me", "ask/", "data/"):
        walk.open(f"{first}{page}")
    request, who = check.requests[0], check.application.candidate
    for door in (
        data_path(Link.Purpose.CANDIDATE_DATA, check.check, check.check.step_request_id, who.email),
        data_path(Link.Purpose.REFEREE_DATA, check.check, request.pk, request.referee.email),
    ):
        walk.open(f"{door}erase/")
        walk.open(door, later=timedelta(hours=2))
    walk.open(f"{first}begin/", {})
    for number in range(1, len(story.ANSWERS) + 1):
        walk.open(f"{first}questions/{number}/")
    walk.open(f"{first}questions/1/", {})
    walk.open(f"{first}review/")
    story.answer(first)
    walk.open(first)
    walk.open(f"{second}no/", {"d-why": "not_me"})


def walk_assessment(walk: Walk) -> None:
    attempt = with_all_parts()
    pages = Pages(token_of(attempt))
    for name in ("", "_decline", "_adjustment"):
        walk.open(pages.url(f"portal_assessment{name}"))
    for order in range(1, 6):
        walk_part(walk, attempt, order, pages)
    waiting = asked(fresh(assigned_on_a_clock()))
    walk.open(Pages(token_of(waiting.attempt)).url("portal_assessment_adjustment"))
    walk.open(answer_path(waiting))
    walk.open(answer_path(waiting, now=NOW - timedelta(days=31)))


def walk_part(walk: Walk, attempt: Attempt, order: int, pages: "Pages") -> None:
    rows = AttemptPart.objects.of(attempt.organisation).filter(attempt=attempt)
    if (part := rows.filter(order=order).first()) is None:
        return
    walk.open(pages.url("portal_assessment_part", order))
    if part.version.test.kind != "questions":
        walk.open(pages.url("portal_assessment_practice", order, 1))
        walk.open(pages.url("portal_assessment_practice", order, 1), {})
    if part.seconds:
        begin_part(attempt_id=attempt.pk, order=order, device="computer", now=NOW)
        later = timedelta(minutes=2)
        walk.open(pages.url("portal_assessment_reconnect", order), later=later)
        walk.open(pages.url("portal_assessment_reconnect", order), {}, later=later)
    walk.open(pages.url("portal_assessment_item", order, 1))
    walk.open(pages.url("portal_assessment_item", order, 1), {})
    walk.open(pages.url("portal_assessment_finish", order))
    rows.filter(order=order).update(begun_at=NOW, ended_at=NOW)


class Pages:
    """The URLs of one candidate's pages."""

    def __init__(self, token: str) -> None:
        self.token = token

    def url(self, name: str, *args: int) -> str:
        return reverse(name, args=[self.token, *args])


def with_all_parts() -> Attempt:
    of = application()
    adjustments_answered(of.organisation)
    assert of.role is not None
    factories.step(of.role, "assessment")
    assessment_of_all(of.role)
    return assigned(of)


def assigned_on_a_clock() -> Attempt:
    of = application()
    adjustments_answered(of.organisation)
    assert of.role is not None
    factories.step(of.role, "assessment")
    assessment_of_all(of.role, kinds=("reasoning",))
    return assigned(of)


def test_enter_presses_the_main_button_on_portal_pages() -> None:
    walk = Walk()
    walk_references(walk)
    walk_assessment(walk)
    with_forms = {
        str(path).partition("/templates/")[2]
        for pattern in PORTALS
        for path in TEMPLATES.glob(pattern)
        if "<form" in path.read_text(encoding="utf-8")
    }
    assert with_forms - walk.templates == set()


LANGUAGE = '<button name="language" value="de" form="answers">Deutsch</button>'
STAND_IN = '<button form="answers" aria-hidden="true"></button>'
SAVE = '<button class="button button--primary">Save</button>'


@pytest.mark.parametrize(
    ("before", "inside", "right"),
    [
        ("", SAVE, True),
        (LANGUAGE, SAVE, False),
        (STAND_IN + LANGUAGE, SAVE, True),
        (STAND_IN + LANGUAGE, SAVE.replace("<button", '<button name="then"'), False),
        ("", '<button name="back">Back</button>' + SAVE, False),
        ("", '<button type="button">Show</button>' + SAVE + '<button name="back">Back</button>', True),
        ("", '<input type="submit" name="back">' + SAVE, False),
    ],
)
def test_the_first_submit_button_is_the_default(before: str, inside: str, right: bool) -> None:
    [form] = forms_of(f'{before}<form id="answers">{inside}</form>')
    assert (form.wrong == "") == right
