"""The settings of a role's steps."""

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from goodword.accounts.models import AuditEntry, Membership
from goodword.assessments.plans.versions import default_part
from goodword.roles.domain.settings import set_requirement
from goodword.roles.models import Role, Step
from tests.support import factories
from tests.support.kept import kept
from tests.support.pages import signed_in
from tests.workspace.applications import path

pytestmark = pytest.mark.django_db

COMMON = {
    "delay_0": "2",
    "delay_1": "hours",
    "deadline_days": "10",
    "reminder_days": "2, 5",
    "on_leave": "go_on",
    "on_reject": "close",
    "on_hire": "go_on",
}
CHECK = {
    **COMMON,
    "lines": "1",
    "line-0-relationship": "any",
    "line-0-count": "2",
    "line-0-hint": "",
    "least": "2",
    "questionnaire": "builtin:general_professional",
    "self_reference": "off",
    "referee_deadline_days": "7",
    "referee_reminder_days": "2, 5",
}
ASSESSMENT = {**COMMON, "on_leave": "pause", "on_hire": "close", "deadline_days": "7", "requirement": ""}


@pytest.fixture
@kept
def role() -> Role:
    return factories.role(factories.organisation())


@pytest.fixture
def rita(role: Role) -> Membership:
    return factories.member(role.organisation)


def address(role: Role, kind: str) -> str:
    return path("role_step", role.organisation, role.pk, factories.step(role, kind).pk)


def errors(response: Any) -> list[str]:
    page = BeautifulSoup(response.content, "html.parser")
    return [" ".join(line.get_text().split()) for line in page.select(".error-summary li")]


@pytest.mark.parametrize("kind", ["assessment", "reference_check"])
def test_the_role_links_to_step_settings(role: Role, rita: Membership, kind: str) -> None:
    page = signed_in(rita).get(path("role", role.organisation, role.pk)).content.decode()
    assert address(role, kind) in page


@pytest.mark.world
def test_new_roles_have_the_default_settings(role: Role, rita: Membership) -> None:
    shown = {}
    for kind in ("assessment", "reference_check"):
        page = BeautifulSoup(signed_in(rita).get(address(role, kind)).content, "html.parser")
        chosen = "main input:is([type=number], [type=text], [type=hidden][name=lines]), main input:checked"
        shown[kind] = {field["name"]: field.get("value") for field in page.select(chosen)}
        shown[kind] |= {
            field["name"]: field.select("[selected]")[0]["value"] for field in page.select("main select")
        }
        shown[kind].pop("delay_1")
    common = {"delay_0": "0", "reminder_days": "2, 5", "on_reject": "close"}
    assert shown == {
        "assessment": {**common, "deadline_days": "7", "on_leave": "pause", "on_hire": "close"},
        "reference_check": {
            **common,
            "deadline_days": "10",
            "on_leave": "go_on",
            "on_hire": "go_on",
            "lines": "1",
            "line-0-relationship": "any",
            "line-0-count": "2",
            "line-0-hint": None,
            "least": "2",
            "questionnaire": "builtin:general_professional",
            "self_reference": "off",
            "referee_deadline_days": "7",
            "referee_reminder_days": "2, 5",
        },
    }


def test_settings_are_saved_and_audited(role: Role, rita: Membership) -> None:
    response = signed_in(rita).post(
        address(role, "reference_check"),
        CHECK | {"reminder_days": "5 3", "on_leave": "pause", "on_reject": "go_on", "on_hire": "close"},
        follow=True,
    )
    assert [str(message) for message in response.context["messages"]] == ["Saved. Applies from now on."]
    step = factories.step(role, "reference_check")
    assert (step.delay_minutes, step.deadline_days, step.reminder_days) == (120, 10, [3, 5])
    assert (step.on_leave, step.on_reject, step.on_hire) == ("pause", "go_on", "close")
    [entry] = AuditEntry.objects.of(role.organisation).filter(action="step.settings_changed")
    assert (entry.member, entry.details["changed"]) == (
        rita,
        {
            "delay_minutes": [0, 120],
            "reminder_days": [[2, 5], [3, 5]],
            "on_leave": ["go_on", "pause"],
            "on_reject": ["close", "go_on"],
            "on_hire": ["go_on", "close"],
        },
    )


def test_saving_unchanged_settings_is_not_audited(role: Role, rita: Membership) -> None:
    for _ in range(2):
        signed_in(rita).post(address(role, "reference_check"), CHECK)
    assert AuditEntry.objects.of(role.organisation).filter(action="step.settings_changed").count() == 1


def test_the_requirement_is_stored_with_its_author_and_scales(role: Role, rita: Membership) -> None:
    typed = {"requirement": " Sells windows ", "scales": ["agreeableness", "openness"]}
    signed_in(rita).post(address(role, "assessment"), ASSESSMENT | typed)
    step = factories.step(role, "assessment")
    assert (step.requirement, step.requirement_by) == ("Sells windows", rita.user.name)
    assert step.requirement_at is not None
    assert step.requirement_scales == ["agreeableness", "openness"]
    assert default_part(step, now=factories.NOW).form == "short20:agreeableness,openness"


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (
            {"requirement": "Sells windows"},
            "Scales it calls for: Choose at least one scale that the requirement calls for.",
        ),
        (
            {"scales": ["openness"]},
            "Which job requirement does this assess? Enter the requirement for the chosen scales, or untick them.",
        ),
        (
            {"requirement": "Sells windows", "scales": ["emotional_stability"]},
            "Scales it calls for: Choose from the scales offered.",
        ),
    ],
    ids=str,
)
def test_a_requirement_and_its_scales_are_needed_together(
    role: Role, rita: Membership, typed: dict[str, object], said: str
) -> None:
    Step.objects.of(role.organisation).filter(role=role).update(requirement="")
    assert errors(signed_in(rita).post(address(role, "assessment"), ASSESSMENT | typed)) == [said]
    step = factories.step(role, "assessment")
    assert (step.requirement, step.requirement_scales) == ("", [])


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"deadline_days": ""}, "Candidate's deadline: Choose 1 to 60 working days."),
        ({"deadline_days": "soon"}, "Candidate's deadline: Choose 1 to 60 working days."),
        ({"deadline_days": "61"}, "Candidate's deadline: Choose 1 to 60 working days."),
        ({"deadline_days": "0"}, "Candidate's deadline: Choose 1 to 60 working days."),
        (
            {"reminder_days": "two"},
            "Reminders to the candidate: Enter working days separated by commas, for example 2, 5.",
        ),
        ({"reminder_days": "1 2 3 4 5 6"}, "Reminders to the candidate: Choose at most 5 reminders."),
        (
            {"reminder_days": "2, 10"},
            "Reminders to the candidate: Reminders must be before the deadline: choose days from 1 to 9.",
        ),
        (
            {"reminder_days": "0"},
            "Reminders to the candidate: Reminders must be before the deadline: choose days from 1 to 9.",
        ),
        (
            {"deadline_days": "1", "reminder_days": "1"},
            "Reminders to the candidate: A deadline of one working day leaves no time for reminders.",
        ),
        (
            {"delay_0": "31", "delay_1": "days"},
            "Delay before the invitation: Choose at most 30 days.",
        ),
        (
            {"delay_0": "-1"},
            "Delay before the invitation: Enter a whole number, or 0 for no delay.",
        ),
        (
            {"delay_0": "x"},
            "Delay before the invitation: Enter a whole number, or 0 for no delay.",
        ),
        ({"on_leave": "explode"}, "When the candidate leaves the stage: Choose an option."),
        ({"on_hire": ""}, "When the candidate is hired: Choose an option."),
    ],
    ids=str,
)
def test_invalid_settings_are_refused_and_input_is_kept(
    role: Role, rita: Membership, typed: dict[str, str], said: str
) -> None:
    response = signed_in(rita).post(address(role, "reference_check"), CHECK | typed)
    assert errors(response) == [said]
    page = BeautifulSoup(response.content, "html.parser")
    [deadline] = page.select("main input[name=deadline_days]")
    assert deadline.get("value", "") == typed.get("deadline_days", "10")
    assert factories.step(role, "reference_check").deadline_days == 10
    assert not AuditEntry.objects.of(role.organisation).filter(action="step.settings_changed").exists()


def test_a_published_assessment_keeps_its_requirement(role: Role, rita: Membership) -> None:
    step = factories.step(role, "assessment")
    set_requirement(step=step, text="Keeps agreements", by=rita, now=factories.NOW)
    response = signed_in(rita).post(address(role, "assessment"), ASSESSMENT)
    assert errors(response) == [
        "Which job requirement does this assess? Enter the job requirement. The assessment is published with it."
    ]
    step.refresh_from_db()
    assert step.requirement == "Keeps agreements"


def test_settings_can_be_saved_before_the_assessment_is_published(role: Role, rita: Membership) -> None:
    factories.automation(role, connection_id=1, job_id=31, stages={"assessment": (501, "Assessment")})
    Step.objects.of(role.organisation).filter(role=role).update(requirement="")
    signed_in(rita).post(address(role, "assessment"), ASSESSMENT | {"deadline_days": "9"})
    step = factories.step(role, "assessment")
    assert (step.deadline_days, step.requirement) == (9, "")


@pytest.mark.world
def test_requirements_of_the_job_post_are_offered_until_it_is_published(role: Role, rita: Membership) -> None:
    job = factories.automation(role, connection_id=1, job_id=31, stages={})
    job.post_requirements = ["You organise your week", "Degree in planning", "You like windows"]
    job.save()

    def offered() -> list[str]:
        page = BeautifulSoup(signed_in(rita).get(address(role, "assessment")).content, "html.parser")
        return [str(tag["data-text"]) for tag in page.select("[data-fill]")]

    assert offered() == ["You organise your week"]
    step = factories.step(role, "assessment")
    set_requirement(step=step, text="Keeps agreements", by=rita, now=factories.NOW)
    assert offered() == []


@pytest.mark.world
def test_settings_need_a_recruiter_of_the_organisation(role: Role, rita: Membership) -> None:
    manager = factories.member(role.organisation, kind="hiring_manager")
    role.viewers.add(manager)
    stranger = factories.member(factories.organisation(), kind="admin")
    step = factories.step(role, "reference_check")
    other = factories.role(role.organisation)
    theirs = path("role_step", stranger.organisation, role.pk, step.pk)
    crossed = path("role_step", role.organisation, other.pk, step.pk)
    where = address(role, "reference_check")
    answers = [
        (client.get(to).status_code, client.post(to, CHECK).status_code)
        for client, to in [
            (Client(), where),
            (signed_in(manager), where),
            (signed_in(stranger), where),
            (signed_in(stranger), theirs),
            (signed_in(rita), crossed),
        ]
    ]
    assert answers == [(302, 302), (403, 403), (404, 404), (404, 404), (404, 404)]
    assert Step.objects.of(role.organisation).filter(delay_minutes=0).count() == 4


def test_a_role_needs_a_title(role: Role, rita: Membership) -> None:
    response = signed_in(rita).post(path("role_new", role.organisation), {"title": " "})
    assert errors(response) == ["Title: Enter a title, for example Senior Account Manager."]
