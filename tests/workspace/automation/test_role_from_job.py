"""A role from a Greenhouse job in one click."""

from typing import Any

from goodword.accounts.models import Membership
from goodword.roles.models import Automation, Role
from tests.greenhouse.setup.desk import Desk
from tests.support import factories
from tests.workspace.automation.wizard import Wizard, chosen, jobs_of


def create(desk: Desk, job: int, by: Membership | None = None) -> str:
    key = f"{desk.connection().pk}-{jobs_of(desk)[job].id}"
    response = desk.client(by or desk.recruiter).post(desk.url("role_from_job"), {"job": key})
    return str(response["Location"])


def test_title_post_and_stages_come_from_the_job(either: Desk) -> None:
    where = create(either, 0)
    automation = Automation.objects.of(either.organisation).get()
    role = automation.role
    wizard = Wizard(either, role)
    assert where == wizard.url("role_automation_stages", jobs_of(either)[0])
    assert (role.title, role.owner, automation.job_post_title) == (
        "Senior Account Manager",
        either.recruiter,
        "Senior Account Manager",
    )
    page = wizard.get("role_automation_stages", jobs_of(either)[0])
    assert [chosen(page, name) for name in ("assessment", "reference_check", "post")] == [
        "Assessment",
        "Reference Check",
        "Senior Account Manager",
    ]


def test_the_jobs_recruiter_becomes_the_owner(either: Desk) -> None:
    owner = factories.member(
        either.organisation, kind="recruiter", email=recruiter_of_job(either).primary_email.upper()
    )
    create(either, 0)
    assert Role.objects.of(either.organisation).get().owner == owner


def test_a_recruiter_with_a_look_alike_address_is_not_a_member(desk: Desk) -> None:
    factories.member(desk.organisation, kind="recruiter", email="rosa@northwind.example")
    recruiter_of_job(desk).primary_email = "ro\u017fa@northwind.example"
    create(desk, 0)
    assert Role.objects.of(desk.organisation).get().owner == desk.recruiter


def recruiter_of_job(desk: Desk) -> Any:
    store = desk.greenhouse.store
    [recruiter] = [
        owner.user_id
        for owner in store.job_owners.rising()
        if owner.job_id == jobs_of(desk)[0].id and owner.responsible and owner.type == "recruiter"
    ]
    return store.users[recruiter]


def test_a_second_click_leads_to_the_same_role(desk: Desk) -> None:
    assert create(desk, 0) == create(desk, 0)
    assert Role.objects.of(desk.organisation).count() == 1
    assert desk.audited().count("role.created") == 1


def test_a_late_second_click_leads_to_the_same_role_even_if_the_job_can_no_longer_be_linked(
    desk: Desk,
) -> None:
    where = create(desk, 0)
    other = factories.role(desk.organisation, owner=desk.admin)
    private = factories.candidate(desk.organisation, private=True)
    connection, job = desk.connection(), jobs_of(desk)[0]
    factories.application(other, candidate=private, connection_id=connection.pk, job_id=job.id)
    assert create(desk, 0) == where
    desk.greenhouse.sandbox.faults.add({"kind": "fail", "path": "/", "status": 503, "times": 9})
    assert create(desk, 0) == where


def test_a_job_linked_to_a_role_that_the_member_cannot_see_leads_to_a_page_that_says_so(desk: Desk) -> None:
    create(desk, 0, by=desk.admin)
    Role.objects.of(desk.organisation).update(title="Hidden Role", owner=desk.admin, confidential=True)
    key = f"{desk.connection().pk}-{jobs_of(desk)[0].id}"
    response = desk.client(desk.recruiter).post(desk.url("role_from_job"), {"job": key}, follow=True)
    assert response.redirect_chain == [(desk.url("role_new"), 302)]
    page = response.content.decode()
    assert "This job is linked to a role that you can&#x27;t see. Ask an admin to add you." in page
    assert "Hidden Role" not in page
    assert Role.objects.of(desk.organisation).count() == 1


def test_jobs_of_roles_are_not_offered_again(desk: Desk) -> None:
    client, address = desk.client(desk.recruiter), desk.url("role_new")
    before = client.get(address).context["jobs"]
    create(desk, 0)
    after = client.get(address).context["jobs"]
    assert len(after) == len(before) - 1


def test_an_unknown_job_changes_nothing(desk: Desk) -> None:
    for key in ("", "x", f"{desk.connection().pk}-99", "99-1"):
        response = desk.client(desk.recruiter).post(desk.url("role_from_job"), {"job": key})
        assert response["Location"] == desk.url("role_new")
    assert not Role.objects.of(desk.organisation).exists()


def test_confidential_jobs_are_for_admins(desk: Desk) -> None:
    jobs_of(desk)[0].confidential = True
    assert create(desk, 0) == desk.url("role_new")
    assert create(desk, 0, by=desk.admin) != desk.url("role_new")


def test_without_greenhouse_a_role_can_still_be_created_by_title(desk: Desk) -> None:
    desk.greenhouse.sandbox.faults.add({"kind": "fail", "path": "/", "status": 503, "times": 9})
    client = desk.client(desk.recruiter)
    assert "Jobs can't be loaded" in client.get(desk.url("role_new")).content.decode()
    client.post(desk.url("role_new"), {"title": "Baker"})
    assert Role.objects.of(desk.organisation).get().title == "Baker"


def test_others_are_refused(desk: Desk) -> None:
    key = f"{desk.connection().pk}-{jobs_of(desk)[0].id}"
    elsewhere = factories.member(factories.organisation(), kind="admin")
    manager = factories.member(desk.organisation, kind="hiring_manager")
    for member, status in ((elsewhere, 404), (manager, 403)):
        assert desk.client(member).post(desk.url("role_from_job"), {"job": key}).status_code == status
    assert not Role.objects.of(desk.organisation).exists()
