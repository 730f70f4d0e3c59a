"""Applications through the sandbox: both versions give the same records."""

from datetime import timedelta

import pytest

from goodword.greenhouse.client import ApplicationStatus, Forbidden
from greenhouse_sandbox.acts import applications, progress
from tests.contract.greenhouse import Greenhouse, open_account


def test_an_active_application_has_its_stage(greenhouse: Greenhouse) -> None:
    made = greenhouse.application()
    stage_id = greenhouse.move(made, 2)
    found = greenhouse.api().application(made.id)
    assert found is not None
    assert found.status is ApplicationStatus.ACTIVE
    assert (found.id, found.candidate_id, found.job_id) == (made.id, made.candidate_id, made.job_id)
    assert (found.stage_id, found.stage_name) == (stage_id, "Assessment")
    assert found.stage_id != made.stage_id  # the id of its own stage row
    assert (found.prospect, found.prospective_job_ids) == (False, ())
    assert (found.applied_at, found.rejected_at) == (made.created_at, None)
    assert found.recruiter_id == made.recruiter_id
    assert (found.rejection_reason_id, found.rejection_reason_name) == (None, None)


def test_a_rejected_application_has_date_and_reason(greenhouse: Greenhouse) -> None:
    made = greenhouse.application()
    reason = next(greenhouse.store.rejection_reasons.rising())
    progress.reject(
        greenhouse.store, made, reason_id=reason.id, notes="", actor_id=None, now=greenhouse.now()
    )
    found = greenhouse.api().application(made.id)
    assert found is not None
    assert found.status is ApplicationStatus.REJECTED
    assert (found.rejected_at, found.rejection_reason_id) == (made.rejected_at, reason.id)
    assert found.rejection_reason_name == reason.name


def test_a_hired_application(greenhouse: Greenhouse) -> None:
    made = greenhouse.application()
    progress.hire(greenhouse.store, made, actor_id=None, now=greenhouse.now())
    found = greenhouse.api().application(made.id)
    assert found is not None
    assert found.status is ApplicationStatus.HIRED


def test_a_prospect_has_no_job_or_stage_but_prospective_jobs(greenhouse: Greenhouse) -> None:
    jobs = [job.id for job in greenhouse.store.jobs.rising()][:2]
    made = applications.add_prospect(
        greenhouse.store, greenhouse.candidate(), job_ids=jobs, actor_id=None, now=greenhouse.now()
    )
    found = greenhouse.api().application(made.id)
    assert found is not None
    assert (found.prospect, found.job_id, found.stage_id) == (True, None, None)
    assert sorted(found.prospective_job_ids) == jobs


def test_invisible_records_are_none_or_empty(greenhouse: Greenhouse) -> None:
    api = greenhouse.api()
    assert [api.application(999), api.candidate(999), api.user(999)] == [None, None, None]
    assert [*api.candidates([999]), *api.users(user_ids=[999]), *api.job_stages([999])] == []
    assert [*api.job_posts([999]), *api.job_owners([999]), *api.notes(999)] == []


def test_applications_are_filtered_by_job_and_status(greenhouse: Greenhouse) -> None:
    here, there = greenhouse.application(job=2), greenhouse.application(job=3)
    assert here.job_id is not None
    assert there.job_id is not None
    progress.hire(greenhouse.store, there, actor_id=None, now=greenhouse.now())
    api = greenhouse.api()
    hired = {application.id for application in api.applications(status=ApplicationStatus.HIRED)}
    assert there.id in hired
    assert here.id not in hired
    for job_id, status in ((here.job_id, ApplicationStatus.ACTIVE), (there.job_id, ApplicationStatus.HIRED)):
        expected = {
            application.id
            for application in greenhouse.store.applications.by("job_id", job_id)
            if application.status == ("in_process" if status is ApplicationStatus.ACTIVE else "hired")
        }
        found = list(api.applications(job_ids=[job_id], status=status))
        assert {application.id for application in found} == expected
        assert {application.status for application in found} == {status}
    both = {application.id for application in api.applications(job_ids=[here.job_id, there.job_id])}
    assert {here.id, there.id} <= both


@pytest.mark.slow
def test_long_lists_are_complete_and_without_duplicates(greenhouse: Greenhouse) -> None:
    person = greenhouse.candidate()
    made = {greenhouse.application(person, job=3).id for _ in range(1030)}
    job_id = list(greenhouse.store.jobs.rising())[3].id
    found = [application.id for application in greenhouse.api().applications(job_ids=[job_id])]
    assert len(found) == len(set(found))
    assert made <= set(found)


def test_applications_are_filtered_by_update_time(greenhouse: Greenhouse) -> None:
    greenhouse.store.clock.advance(timedelta(days=2))
    since = greenhouse.now()
    greenhouse.store.clock.advance(timedelta(seconds=5))
    made = greenhouse.application()
    greenhouse.store.clock.advance(timedelta(seconds=5))
    assert [application.id for application in greenhouse.api().applications(updated_since=since)] == [made.id]


def test_v3_without_the_new_members_finds_stage_and_reason_elsewhere() -> None:
    greenhouse = open_account("v3")
    greenhouse.store.switches["new_application_members"] = False
    made, gone = greenhouse.application(), greenhouse.application()
    stage_id = greenhouse.move(made, 3)
    reason = next(greenhouse.store.rejection_reasons.rising())
    progress.reject(
        greenhouse.store, gone, reason_id=reason.id, notes="", actor_id=None, now=greenhouse.now()
    )
    api = greenhouse.api()
    by_id = {application.id: application for application in api.applications(job_ids=[made.job_id or 0])}
    assert (by_id[made.id].stage_id, by_id[made.id].stage_name) == (stage_id, "Reference Check")
    assert by_id[made.id].stage_entered_at == api.stage_entered_at(made.id)
    assert by_id[gone.id].stage_id == greenhouse.stage_id(gone)
    assert by_id[gone.id].rejection_reason_id == reason.id
    assert by_id[gone.id].rejection_reason_name == reason.name
    assert api.application(made.id) == by_id[made.id]
    greenhouse.sandbox.close()


def test_v3_raises_forbidden_if_the_stage_cannot_be_read() -> None:
    greenhouse = open_account("v3")
    greenhouse.store.switches["new_application_members"] = False
    greenhouse.tick("Applications", "Candidates")
    made = greenhouse.application()
    with pytest.raises(Forbidden) as caught:
        greenhouse.api().application(made.id)
    assert caught.value.permission == "Application Stages"
    greenhouse.sandbox.close()


def test_v3_without_permission_for_reasons_still_reads_the_rejection() -> None:
    greenhouse = open_account("v3")
    greenhouse.tick("Applications")
    made = greenhouse.application()
    reason = next(greenhouse.store.rejection_reasons.rising())
    progress.reject(
        greenhouse.store, made, reason_id=reason.id, notes="", actor_id=None, now=greenhouse.now()
    )
    found = greenhouse.api().application(made.id)
    assert found is not None
    assert (found.status, found.rejection_reason_id) == (ApplicationStatus.REJECTED, reason.id)
    assert found.rejection_reason_name is None
    greenhouse.sandbox.close()


def test_time_of_stage_entry_is_known_only_in_v3(greenhouse: Greenhouse) -> None:
    made = greenhouse.application()
    greenhouse.store.clock.advance(timedelta(hours=3))
    greenhouse.move(made, 1)
    entered = greenhouse.api().stage_entered_at(made.id)
    row = greenhouse.store.application_stages.get(made.stage_id)
    assert row is not None
    assert entered == (None if greenhouse.version == "v1" else row.entered_at)


def test_time_of_stage_entry_is_none_for_an_invisible_application(greenhouse: Greenhouse) -> None:
    assert greenhouse.api().stage_entered_at(999) is None
