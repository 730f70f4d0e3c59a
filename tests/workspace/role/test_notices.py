"""Notices on a role about changes in Greenhouse."""

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from goodword.accounts.models import AuditEntry, Membership, Organisation
from goodword.roles.domain.automation import JobLink, StageLink, link
from goodword.roles.domain.job_changes import notice, settle
from goodword.roles.models import Automation, Role, RoleNotice, open_notices
from tests.support import factories
from tests.support.pages import signed_in
from tests.workspace.applications import path

pytestmark = pytest.mark.django_db

NOW = factories.NOW
Kind = RoleNotice.Kind


@pytest.fixture
def organisation() -> Organisation:
    return factories.organisation()


@pytest.fixture
def rita(organisation: Organisation) -> Membership:
    return factories.member(organisation, name="Rita Recruiter")


@pytest.fixture
def automation(organisation: Organisation, rita: Membership) -> Automation:
    role = factories.role(organisation, title="Sweep", owner=rita)
    return factories.automation(
        role,
        connection_id=1,
        job_id=31,
        stages={"assessment": (5, "Trial"), "reference_check": (6, "References")},
    )


def shown_notices(client: Client, role: Role) -> list[tuple[str, str, list[str]]]:
    page = client.get(path("role", role.organisation, role.pk)).content
    return [
        (
            tag.select_one(".notice__title").get_text(),  # type: ignore[union-attr]  # every notice has one
            tag.select_one(".notice__text").get_text(),  # type: ignore[union-attr]  # every notice has one
            [" ".join(button.get_text().split()) for button in tag.select(".button")],
        )
        for tag in BeautifulSoup(page, "html.parser").select(".role-notices .notice")
    ]


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("kind", "values", "said"),
    [
        (
            Kind.STAGE_GONE,
            {"stage_id": 5, "before": "Trial"},
            (
                "Stage “Trial” was deleted in Greenhouse.",
                "It no longer starts the assessment. Choose another stage.",
                ["Update mapping", "Dismiss"],
            ),
        ),
        (
            Kind.STAGE_GONE,
            {"stage_id": 6, "before": "References", "after": "References"},
            (
                "Stage “References” is no longer used in Greenhouse.",
                "It no longer starts the reference check. Choose another stage.",
                ["Update mapping", "Dismiss"],
            ),
        ),
        (
            Kind.STAGE_RENAMED,
            {"stage_id": 5, "before": "Test", "after": "Trial"},
            (
                "Stage “Test” was renamed “Trial” in Greenhouse.",
                "It still starts the assessment.",
                ["Dismiss"],
            ),
        ),
        (
            Kind.STAGE_MOVED,
            {"stage_id": 5, "before": "first", "after": "after “Screen”"},
            (
                "Stage “Trial” was moved in Greenhouse. It is now after “Screen” (previously first).",
                "It still starts the assessment.",
                ["Dismiss"],
            ),
        ),
        (
            Kind.JOB_CLOSED,
            {"before": "Sweep"},
            (
                "Job “Sweep” is closed in Greenhouse.",
                "Open steps continue. Mapped stages still start steps.",
                ["Update mapping", "Dismiss"],
            ),
        ),
        (
            Kind.JOB_RENAMED,
            {"before": "Old", "after": "Sweep"},
            (
                "Job “Old” was renamed “Sweep” in Greenhouse.",
                "The mapping and this role's title are unchanged.",
                ["Dismiss"],
            ),
        ),
        (
            Kind.JOB_GONE,
            {"before": "Sweep"},
            (
                "Greenhouse no longer shows job “Sweep”.",
                (
                    "It was deleted, or the API key lacks access. No new candidates are invited. "
                    "Link another job, or check the key's permissions."
                ),
                ["Update mapping", "Dismiss"],
            ),
        ),
    ],
)
def test_each_notice_explains_the_change_and_offers_actions(
    automation: Automation,
    rita: Membership,
    kind: str,
    values: dict[str, object],
    said: tuple[str, str, list[str]],
) -> None:
    notice(automation, kind=kind, now=NOW, **values)  # type: ignore[arg-type]
    assert shown_notices(signed_in(rita), automation.role) == [said]


def test_a_notice_names_both_steps_of_a_stage(automation: Automation, rita: Membership) -> None:
    automation.rules.update(stage_id=5, stage_name="Trial")
    notice(automation, kind=Kind.STAGE_GONE, stage_id=5, before="Trial", now=NOW)
    [(_, meaning, _)] = shown_notices(signed_in(rita), automation.role)
    assert meaning.startswith("It no longer starts the assessment and reference check.")


def test_the_list_of_roles_shows_open_notices(
    automation: Automation, rita: Membership, organisation: Organisation
) -> None:
    factories.role(organisation, title="Baker", owner=rita)
    notice(automation, kind=Kind.JOB_CLOSED, before="Sweep", now=NOW)
    notice(automation, kind=Kind.STAGE_GONE, stage_id=5, before="Trial", now=NOW)
    page = BeautifulSoup(signed_in(rita).get(path("roles", organisation)).content, "html.parser")
    marks = [" ".join(row.select("td")[1].get_text().split()) for row in page.select("tbody tr")]
    assert marks == ["Not linked yet", "1 job linked 2 changes to review"]


@pytest.mark.world
def test_a_notice_is_dismissed_in_one_click(automation: Automation, rita: Membership) -> None:
    notice(automation, kind=Kind.STAGE_GONE, stage_id=5, before="Trial", now=NOW)
    [row] = open_notices(automation.role)
    client, where = signed_in(rita), path("role", automation.organisation, automation.role_id)
    for _ in range(2):
        answer = client.post(f"{where}notices/{row.pk}/seen/")
        assert (answer.status_code, answer["Location"]) == (302, where)
    assert shown_notices(client, automation.role) == []
    row = RoleNotice.objects.of(automation.organisation).get()
    assert row.settled_by == rita
    seen = AuditEntry.objects.of(automation.organisation).filter(action="role.notice_seen")
    assert [entry.details for entry in seen] == [
        {"role": automation.role_id, "kind": "stage_gone", "stage": 5}
    ]


@pytest.mark.world
def test_mapping_again_settles_all_notices_of_the_job(automation: Automation, rita: Membership) -> None:
    notice(automation, kind=Kind.STAGE_GONE, stage_id=5, before="Trial", now=NOW)
    notice(automation, kind=Kind.JOB_CLOSED, before="Sweep", now=NOW)
    automation.pipeline = [[6, "References"]]
    automation.save()
    link(
        role=automation.role,
        job=JobLink(connection_id=1, job_id=31, job_name="Sweep"),
        stages={"assessment": [StageLink(stage_id=7, name="Work sample")]},
        present=[],
        by=rita,
        now=NOW,
    )
    assert shown_notices(signed_in(rita), automation.role) == []
    assert {row.settled_by for row in RoleNotice.objects.of(automation.organisation)} == {rita}
    automation.refresh_from_db(from_queryset=Automation.objects.of(automation.organisation))
    assert automation.pipeline is None


def test_a_notice_is_created_once_and_stays_settled(automation: Automation) -> None:
    for after in ("B", "C"):
        notice(automation, kind=Kind.STAGE_RENAMED, stage_id=5, before="A", after=after, now=NOW)
    [row] = open_notices(automation.role)
    assert (row.before, row.after) == ("A", "C")
    assert settle(automation, kind=Kind.STAGE_RENAMED, stage_id=6, now=NOW) is False
    notice(automation, kind=Kind.STAGE_RENAMED, stage_id=5, before="C", after="A", now=NOW)
    assert list(open_notices(automation.role)) == []


@pytest.mark.world
def test_dismissing_a_notice_needs_a_recruiter(automation: Automation) -> None:
    notice(automation, kind=Kind.JOB_CLOSED, before="Sweep", now=NOW)
    [row] = open_notices(automation.role)
    organisation = automation.organisation
    where = path("role_notice_seen", organisation, automation.role_id, row.pk)
    stranger = factories.member(factories.organisation(), kind="admin")
    manager = factories.member(organisation, kind="hiring_manager")
    automation.role.viewers.add(manager)
    assert signed_in(stranger).post(where).status_code == 404
    assert signed_in(manager).post(where).status_code == 403
    assert Client().post(where)["Location"] == "/accounts/login/?next=/"
    other = factories.role(organisation)
    elsewhere = path("role_notice_seen", organisation, other.pk, row.pk)
    signed_in(factories.member(organisation, kind="admin")).post(elsewhere)
    assert open_notices(automation.role).count() == 1
    assert shown_notices(signed_in(manager), automation.role) == []


@pytest.mark.world
def test_notices_need_access_to_the_role(automation: Automation) -> None:
    Automation.objects.of(automation.organisation).update(confidential=True)
    notice(automation, kind=Kind.JOB_CLOSED, before="Sweep", now=NOW)
    [row] = open_notices(automation.role)
    where = path("role_notice_seen", automation.organisation, automation.role_id, row.pk)
    recruiter = factories.member(automation.organisation)
    assert signed_in(recruiter).post(where).status_code == 404
    assert open_notices(automation.role).count() == 1


@pytest.mark.slow
def test_the_number_of_queries_does_not_grow_with_notices(automation: Automation, rita: Membership) -> None:
    client, where = signed_in(rita), path("role", automation.organisation, automation.role_id)
    counts = []
    for kinds in ([Kind.JOB_CLOSED], [Kind.JOB_GONE, Kind.STAGE_GONE]):
        for kind in kinds:
            notice(automation, kind=kind, stage_id=5, before="Sweep", now=NOW)
        client.get(where)
        with CaptureQueriesContext(connection) as asked:
            client.get(where)
        counts.append(len(asked))
    assert counts[0] == counts[1]
