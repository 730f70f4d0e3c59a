"""Mapping: several stages, delays and accounts, candidates already there, concurrent changes."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.core.cache import cache
from django.urls import reverse

from goodword.assessments.models import Attempt
from goodword.candidates.models import Application
from goodword.core import clock
from goodword.greenhouse.models import Connection, Finding
from goodword.roles.domain.automation import unlink
from goodword.roles.models import AlreadyThere, Automation, StageRule
from goodword.workflow.models import StepRequest
from goodword.workspace.progress import NotStarted, why_not_started
from greenhouse_sandbox.acts.progress import pipeline
from tests.greenhouse.setup.desk import Desk
from tests.support import factories
from tests.support.jobs import run_jobs, waiting
from tests.workspace.automation.wizard import (
    ASSESSMENT,
    OFFER,
    REFERENCES,
    SCREEN,
    Wizard,
    errors,
    in_stage,
    jobs_of,
    nothing,
    offered,
)

KINDS = ("assessment", "reference_check")


def chosen_lines(page: BeautifulSoup) -> list[str]:
    return [" ".join(row.get_text(" ").split()) for row in page.select("#chosen tbody tr")]


def there(page: BeautifulSoup) -> list[str]:
    return [" ".join(row.get_text().split()) for row in page.select("#there li")]


def notices(page: BeautifulSoup) -> list[str]:
    return [" ".join(row.get_text(" ").split()) for row in page.select("main .notice.tone-attention")]


def stage_names(desk: Desk) -> list[tuple[int | None, str]]:
    rows = Application.objects.of(desk.organisation).order_by("remote_id")
    return list(rows.values_list("remote_id", "stage_name"))


@pytest.mark.world
def test_several_stages_start_a_step_after_a_delay(either: Desk) -> None:
    wizard, job = Wizard(either), jobs_of(either)[0]
    stages = wizard.stages(job)
    more = {"assessment_delay_0": "2", "assessment_delay_1": "hours"}
    wizard.connect_stages(job, assessment=[stages[SCREEN], stages[ASSESSMENT]], **more)
    page = wizard.get("role_automation_review", job)
    assert [line.split(" Invitation")[0] for line in chosen_lines(page)[:1]] == [
        "Moved to “Phone Screen” or “Assessment” the candidate, after 2 hours"
    ]
    automation = wizard.link(job, assessment=[stages[SCREEN], stages[ASSESSMENT]], **more)
    rules = StageRule.objects.of(either.organisation).filter(automation=automation, step__kind="assessment")
    assert set(rules.values_list("stage_name", flat=True)) == {"Phone Screen", "Assessment"}
    delays = {step.kind: step.delay_minutes for step in wizard.role.steps.all()}
    assert delays == {"assessment": 120, "reference_check": 0}
    assert "step.settings_changed" in either.audited()


@pytest.mark.world
def test_the_wizard_shows_the_current_mapping(desk: Desk) -> None:
    wizard, job = Wizard(desk), jobs_of(desk)[0]
    stages = wizard.stages(job)
    more = {"reference_check_delay_0": "1", "reference_check_delay_1": "days"}
    wizard.link(job, assessment=[stages[SCREEN], stages[OFFER]], **more)
    page = wizard.get("role_automation_stages", job)
    ticked = [int(str(box["value"])) for box in page.select("input[name=assessment][checked]")]
    assert ticked == [stages[SCREEN], stages[OFFER]]
    [number], [unit] = (
        page.select("[name=reference_check_delay_0]"),
        page.select("[name=reference_check_delay_1] [selected]"),
    )
    assert (number["value"], unit["value"]) == ("1", "days")


@pytest.mark.world
@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("31", "Delay before the invitation: Choose at most 30 days."),
        ("soon", "Delay before the invitation: Enter a whole number, or 0 for no delay."),
    ],
)
def test_an_invalid_delay_is_refused_and_the_selection_kept(desk: Desk, typed: str, sentence: str) -> None:
    wizard, job = Wizard(desk), jobs_of(desk)[0]
    stage = wizard.stages(job)[OFFER]
    response = wizard.connect_stages(
        job, assessment=[stage], assessment_delay_0=typed, assessment_delay_1="days"
    )
    assert errors(response.content) == [sentence]
    page = BeautifulSoup(response.content, "html.parser")
    assert [box["value"] for box in page.select("input[name=assessment][checked]")] == [str(stage)]
    assert [box["value"] for box in page.select("[name=assessment_delay_0]")] == [typed]


def marks(page: str) -> list[str]:
    """The step states in the only row of the role's list."""
    row = BeautifulSoup(page, "html.parser").select("tbody tr")
    assert len(row) == 1
    return [mark.get_text() for mark in row[0].select(".progress__word")]


@pytest.mark.world
def test_candidates_already_there_are_synced_but_not_invited(either: Desk) -> None:
    inside, outside = in_stage(either, 0, ASSESSMENT), in_stage(either, 0, SCREEN)
    wizard = Wizard(either)
    wizard.link(jobs_of(either)[0])
    assert stage_names(either) == []
    run_jobs()
    assert stage_names(either) == [(inside.id, "Assessment")]
    assert not StepRequest.objects.of(either.organisation).exists()
    page = either.client(either.recruiter).get(either.url("role", wizard.role.pk)).content.decode()
    assert marks(page) == ["Already in stage", "Not started"]
    page = either.client(either.recruiter).get(either.url("candidates")).content.decode()
    assert marks(page) == ["Already in stage", "Not started"]
    assert outside.id not in [remote_id for remote_id, _ in stage_names(either)]


@pytest.mark.world
def test_candidates_already_there_can_be_invited_in_one_click(either: Desk) -> None:
    remote = in_stage(either, 0, ASSESSMENT)
    wizard = Wizard(either)
    wizard.link(jobs_of(either)[0])
    run_jobs()
    application = Application.objects.of(either.organisation).get(remote_id=remote.id)
    client, where = either.client(either.recruiter), either.url("candidate", application.pk)
    page = BeautifulSoup(client.get(where).content, "html.parser")
    cards = {kind: " ".join(page.select(f"#{kind}")[0].get_text(" ").split()) for kind in KINDS}
    assert "Not invited: was already in this stage when the job was linked." in cards["assessment"]
    assert "Starts when the candidate moves to Reference Check in Greenhouse." in cards["reference_check"]
    client.post(reverse("step_begin", args=[either.organisation.slug, application.pk, "assessment"]))
    run_jobs(but_not={"email.send"})
    assert StepRequest.objects.of(either.organisation).get().state == "started"
    assert application.emails.get().kind == "assessment.invitation"


@pytest.mark.world
def test_each_reason_for_not_starting_is_shown(desk: Desk) -> None:
    inside, outside = in_stage(desk, 0, ASSESSMENT), in_stage(desk, 0, SCREEN)
    wizard, job = Wizard(desk), jobs_of(desk)[0]
    automation = wizard.link(job, reference_check=[])
    run_jobs()
    application = Application.objects.of(desk.organisation).get(remote_id=inside.id)
    assert why_not_started(application, "assessment").why == "already_there"
    assert why_not_started(application, "reference_check").why == "unmapped"
    recorded = AlreadyThere.objects.of(desk.organisation).get()
    finding = Finding.objects.create(
        organisation=desk.organisation,
        connection=desk.connection(),
        application=application,
        kind="missed_invitation",
        state="dismissed",
        sentence="",
        found_at=factories.NOW,
        settled_at=recorded.recorded_at,
    )
    assert why_not_started(application, "assessment").why == "dismissed"
    finding.delete()
    recorded.delete()
    assert why_not_started(application, "assessment").why == "not_invited"
    application.stage_id = outside.stage_id
    assert why_not_started(application, "assessment") == NotStarted(why="to_come", stages=("Assessment",))
    application.job_id = None
    assert why_not_started(application, "assessment").why == "not_linked"
    assert automation.role == wizard.role


@pytest.mark.main_case
def test_remapping_syncs_candidates_of_the_new_stage(desk: Desk) -> None:
    wizard, job = Wizard(desk), jobs_of(desk)[0]
    wizard.link(job)
    run_jobs()
    came_since, new = in_stage(desk, 0, ASSESSMENT), in_stage(desk, 0, OFFER)
    stages = wizard.stages(job)
    wizard.link(job, reference_check=[stages[REFERENCES], stages[OFFER]])
    run_jobs()
    # webhooks handle candidates in the previously mapped stage
    assert stage_names(desk) == [(new.id, "Offer")]
    assert not StepRequest.objects.of(desk.organisation).exists()
    assert came_since.id not in AlreadyThere.objects.of(desk.organisation).values_list(
        "remote_application_id", flat=True
    )


@pytest.mark.world
def test_candidates_follow_a_job_that_is_linked_to_another_role(desk: Desk) -> None:
    wizard, job = Wizard(desk), jobs_of(desk)[0]
    there, moved_on = in_stage(desk, 0, ASSESSMENT), in_stage(desk, 0, ASSESSMENT)
    automation = wizard.link(job, invite="yes")
    run_jobs()
    desk.greenhouse.move(moved_on, OFFER)
    unlink(automation=automation, by=desk.recruiter, now=clock.now())
    other = Wizard(desk, factories.role(desk.organisation, owner=desk.admin))
    other.connect_stages(job)
    page = other.get("role_automation_review", job).get_text()
    assert "2 candidates of this job belong to another role now, and will move here" in page
    other.link(job)
    run_jobs()
    rows = Application.objects.of(desk.organisation).order_by("remote_id")
    assert list(rows.values_list("remote_id", "role")) == [
        (there.id, other.role.pk),
        (moved_on.id, other.role.pk),
    ]
    requests = StepRequest.objects.of(desk.organisation)
    assert list(requests.values_list("step__role", "state")) == [(other.role.pk, "started")] * 2
    assert Attempt.objects.of(desk.organisation).count() == 2


@pytest.mark.world
def test_a_job_whose_candidates_a_recruiter_cannot_see_is_linked_by_an_admin(desk: Desk) -> None:
    secret, job = factories.role(desk.organisation, owner=desk.admin), jobs_of(desk)[0]
    candidate = in_stage(desk, 0, ASSESSMENT)
    automation = Wizard(desk, secret, desk.admin).link(job)
    run_jobs()
    secret.confidential = True
    secret.save()
    unlink(automation=automation, by=desk.admin, now=clock.now())
    role = factories.role(desk.organisation, owner=desk.recruiter)
    wizard = Wizard(desk, role)
    wizard.connect_stages(job)
    assert wizard.confirm(job)["Location"] == wizard.url("role_automation")
    sentence = "Linking this job would move candidates you can't see. Ask an admin to link it."
    assert sentence in wizard.get("role_automation").get_text()
    response = wizard.client.post(wizard.url("role_automation"), {"job": wizard.key(job)})
    assert errors(response.content) == [sentence]
    response = wizard.client.post(desk.url("role_from_job"), {"job": wizard.key(job)}, follow=True)
    assert sentence in response.content.decode().replace("&#x27;", "'")
    assert nothing(desk)
    Wizard(desk, role, desk.admin).link(job)
    run_jobs()
    assert Application.objects.of(desk.organisation).get(remote_id=candidate.id).role == role


@pytest.mark.world
def test_syncing_continues_after_a_failure(desk: Desk) -> None:
    people = [in_stage(desk, 0, ASSESSMENT) for _ in range(3)]
    Wizard(desk).link(jobs_of(desk)[0])
    desk.greenhouse.sandbox.faults.add({"kind": "fail", "path": "/v3/candidates", "status": 503, "times": 9})
    with pytest.raises(Exception, match="internal error"):
        run_jobs()
    desk.greenhouse.sandbox.faults.clear()
    automation = Automation.objects.of(desk.organisation).get()
    from goodword.workspace.automation.confirm import sync_batch

    assert sync_batch(automation_id=automation.pk, after=0, now=factories.NOW) is None
    assert [remote_id for remote_id, _ in stage_names(desk)] == sorted(person.id for person in people)


@pytest.mark.world
def test_candidates_invited_before_are_counted_separately(desk: Desk) -> None:
    wizard, job = Wizard(desk), jobs_of(desk)[0]
    in_stage(desk, 0, ASSESSMENT)
    wizard.link(job, invite="yes")
    run_jobs()
    wizard.connect_stages(job)
    page = wizard.get("role_automation_review", job)
    assert there(page) == [
        "“Assessment”: 1 was invited before and won't be invited again.",
        "“Reference Check”: no candidates.",
    ]
    assert page.select("input[name=invite]") == []


@pytest.mark.slow
def test_a_concurrent_mapping_is_shown_before_it_is_replaced(desk: Desk) -> None:
    wizard, job = Wizard(desk), jobs_of(desk)[0]
    wizard.link(job)
    stages = wizard.stages(job)
    wizard.connect_stages(job, assessment=[stages[OFFER]])
    mine = wizard.get("role_automation_review", job)
    assert notices(mine) == []

    other = Wizard(desk, wizard.role, desk.admin)
    other.link(job, assessment=[stages[SCREEN]])
    [seen] = mine.select("input[name=seen]")
    address = wizard.url("role_automation_review", job)
    response = wizard.client.post(address, {"seen": seen["value"]})
    page = BeautifulSoup(response.content, "html.parser")
    assert notices(page) == [
        (
            f"This mapping has changed {desk.admin.user.name} set: "
            "Reference Check → Reference check, Phone Screen → Assessment. "
            "Confirm to replace it with the mapping below."
        )
    ]
    assert {rule.stage_id for rule in StageRule.objects.of(desk.organisation)} == {
        stages[SCREEN],
        stages[REFERENCES],
    }
    [seen] = page.select("input[name=seen]")
    response = wizard.client.post(address, {"seen": seen["value"]})
    assert response["Location"] == desk.url("role", wizard.role.pk)
    assert {rule.stage_id for rule in StageRule.objects.of(desk.organisation)} == {
        stages[OFFER],
        stages[REFERENCES],
    }


@pytest.mark.world
def test_of_two_concurrent_confirms_the_second_asks_again(desk: Desk) -> None:
    wizard, job = Wizard(desk), jobs_of(desk)[0]
    other = Wizard(desk, wizard.role, desk.admin)
    wizard.connect_stages(job)
    other.connect_stages(job, assessment=[other.stages(job)[OFFER]])
    other.confirm(job)
    response = wizard.confirm(job)
    assert response.status_code == 200
    assert "This mapping has changed" in response.content.decode()


@pytest.mark.slow
def test_confirm_asks_again_if_the_job_was_unlinked(desk: Desk) -> None:
    wizard, job = Wizard(desk), jobs_of(desk)[0]
    automation = wizard.link(job)
    wizard.connect_stages(job)
    automation.delete()
    response = wizard.confirm(job)
    assert "The job has been unlinked." in response.content.decode()
    assert not Automation.objects.of(desk.organisation).exists()


@pytest.mark.world
def test_a_deleted_stage_is_reported_and_the_others_stay_selected(desk: Desk) -> None:
    wizard, job = Wizard(desk), jobs_of(desk)[0]
    stages = wizard.stages(job)
    wizard.connect_stages(job, assessment=[stages[SCREEN], stages[ASSESSMENT]])
    gone = pipeline(desk.greenhouse.store, job.id)[SCREEN]
    gone.active = False
    desk.greenhouse.store.job_stages.changed(gone, desk.greenhouse.now())
    response = wizard.client.get(wizard.url("role_automation_review", job), follow=True)
    assert [str(message) for message in response.context["messages"]] == [
        "A selected stage no longer exists in Greenhouse. Check the stages."
    ]
    page = BeautifulSoup(response.content, "html.parser")
    assert [box["value"] for box in page.select("input[name=assessment][checked]")] == [
        str(stages[ASSESSMENT])
    ]
    again = wizard.connect_stages(job, assessment=[stages[SCREEN]])
    assert errors(again.content) == [
        "Stages that start the assessment: A selected stage no longer exists in Greenhouse. Check the stages."
    ]


@pytest.mark.world
def test_the_review_notes_a_closed_job(desk: Desk) -> None:
    wizard, job = Wizard(desk), jobs_of(desk)[5]
    wizard.connect_stages(job)
    page = wizard.get("role_automation_review", job)
    assert "This job is closed in Greenhouse." in page.get_text()
    assert wizard.confirm(job)["Location"] == desk.url("role", wizard.role.pk)


# --- several accounts ---------------------------------------------------------------------------------------------


def second_account(desk: Desk, **values: object) -> Connection:
    """A second account. Greenhouse rejects its key, unless it uses the key of the first account."""
    first = desk.connection()
    other = Connection(
        organisation=desk.organisation,
        api=first.api,
        name="Daughter company",
        endpoint_key="d" * 43,
        connected_at=factories.NOW + timedelta(days=1),
        state=Connection.State.ACTIVE,
    )
    other.set_credentials(desk.greenhouse.credentials)
    other.save()
    return other


@pytest.mark.world
def test_jobs_of_all_accounts_are_listed_with_the_account_name(desk: Desk) -> None:
    first, other = desk.connection().pk, second_account(desk)
    wizard = Wizard(desk)
    rows = offered(wizard.get("role_automation", q="SAM-101"))
    assert len(rows) == 2
    assert [("Daughter company" in row) for row in rows] == [False, True]
    page = wizard.get("role_automation", q="SAM-101")
    assert [str(radio["value"]).split("-")[0] for radio in page.select("input[name=job]")] == [
        str(first),
        str(other.pk),
    ]


def test_the_name_of_a_single_account_is_omitted(desk: Desk) -> None:
    page = Wizard(desk).get("role_automation", q="SAM-101")
    assert desk.connection().name not in " ".join(offered(page))


def test_a_job_of_the_second_account_is_linked_to_that_account(desk: Desk) -> None:
    other = second_account(desk)
    wizard, job = Wizard(desk), jobs_of(desk)[0]
    key = f"{other.pk}-{job.id}"
    stages = wizard.stages(job)
    address = desk.url("role_automation_stages", wizard.role.pk) + f"?job={key}"
    typed = {"post": "0", "reference_check": [stages[REFERENCES]], "seen": ""}
    assert wizard.client.post(address, typed)["Location"].endswith(f"/automation/review/?job={key}")
    wizard.client.post(desk.url("role_automation_review", wizard.role.pk) + f"?job={key}")
    automation = Automation.objects.of(desk.organisation).get()
    assert (automation.connection_id, automation.job_id) == (other.pk, job.id)


def test_an_unreachable_account_does_not_hide_other_jobs(desk: Desk) -> None:
    other = second_account(desk)
    cache.clear()
    other.credential = "unreadable"
    other.save()
    page = Wizard(desk).get("role_automation")
    assert len(offered(page)) == 6
    assert notices(page) == [
        (
            "Jobs of Daughter company can't be loaded The stored key can no longer be decrypted. "
            "Set the Greenhouse key again in Settings > Integrations."
        )
    ]


@pytest.mark.matrix
@pytest.mark.parametrize("key", ["999999-1", "x-1", "1-x", "-", "1-" + "9" * 30, ""])
def test_an_unknown_job_key_redirects_to_the_first_page(desk: Desk, key: str) -> None:
    wizard = Wizard(desk)
    for page in ("role_automation_stages", "role_automation_review"):
        address = desk.url(page, wizard.role.pk)
        assert wizard.client.get(address, {"job": key})["Location"] == desk.url(
            "role_automation", wizard.role.pk
        )
    assert waiting() == []
