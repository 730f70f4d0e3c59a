"""Candidates, jobs, posts, stages, users and owners through the sandbox."""

from goodword.greenhouse.client import Contact, JobStatus, OwnerKind
from tests.contract.greenhouse import Greenhouse


def test_candidate_fields(greenhouse: Greenhouse) -> None:
    made = greenhouse.candidate(
        first_name="Zoë",
        last_name="Nguyễn 🌻",
        email="zoe@people.example",
        company="Acorn",
        title="Lead",
        private=True,
    )
    made.can_email = False
    made.email_addresses.append({"value": " zoe@work.example ", "type": "work "})
    found = greenhouse.api().candidate(made.id)
    assert found is not None
    assert (found.first_name, found.last_name, found.preferred_name) == ("Zoë", "Nguyễn 🌻", None)
    assert found.emails == (Contact("zoe@people.example", "personal"), Contact("zoe@work.example", "work"))
    assert (found.company, found.title) == ("Acorn", "Lead")
    assert (found.private, found.can_email) == (True, False)


def test_candidates_are_read_in_batches_of_fifty(greenhouse: Greenhouse) -> None:
    made = [greenhouse.candidate(email=f"a{number}@people.example").id for number in range(120)]
    assert sorted(candidate.id for candidate in greenhouse.api().candidates([*made, 999])) == made


def test_job_fields(greenhouse: Greenhouse) -> None:
    jobs = {job.id: job for job in greenhouse.api().jobs()}
    expected = {row.id: row for row in greenhouse.store.jobs.rising()}
    assert set(jobs) == set(expected)
    first = next(greenhouse.store.jobs.rising())
    job = jobs[first.id]
    assert (job.name, job.requisition_id, job.status) == ("Senior Account Manager", "SAM-101", JobStatus.OPEN)
    assert (job.departments, job.offices) == (("Sales",), ("Amsterdam",))
    assert (job.confidential, job.is_template) == (False, False)


def test_jobs_are_filtered_by_status(greenhouse: Greenhouse) -> None:
    for status in (JobStatus.OPEN, JobStatus.DRAFT, JobStatus.CLOSED):
        expected = {row.id for row in greenhouse.store.jobs.rising() if row.status == status.value}
        found = list(greenhouse.api().jobs(status))
        assert ({job.id for job in found}, {job.status for job in found}) == (expected, {status})


def test_v3_department_names_are_empty_without_permission(greenhouse: Greenhouse) -> None:
    greenhouse.tick("Jobs")
    job = min(greenhouse.api().jobs(), key=lambda job: job.id)
    expected = (("Sales",), ("Amsterdam",)) if greenhouse.version == "v1" else ((), ())
    assert (job.departments, job.offices) == expected


def test_job_posts(greenhouse: Greenhouse) -> None:
    first, second = (row.id for row in list(greenhouse.store.jobs.rising())[:2])
    found = list(greenhouse.api().job_posts([first, second, first]))
    expected = {
        (row.id, row.job_id, row.title, row.live, row.internal, row.active)
        for row in greenhouse.store.job_posts.rising()
        if row.job_id in (first, second)
    }
    assert {(p.id, p.job_id, p.title, p.live, p.internal, p.active) for p in found} == expected
    assert len(found) == len(expected)
    every = {post.id for post in greenhouse.api().job_posts()}
    assert every == {row.id for row in greenhouse.store.job_posts.rising()}


def test_job_stages_in_order(greenhouse: Greenhouse) -> None:
    job = list(greenhouse.store.jobs.rising())[2]
    found = sorted(greenhouse.api().job_stages([job.id]), key=lambda stage: stage.order)
    assert [stage.name for stage in found] == [
        "Application Review",
        "Phone Screen",
        "Take Home Test",
        "Assessment",
        "Face to Face",
        "Reference Check",
        "Offer",
    ]
    assert [stage.order for stage in found] == list(range(7))
    assert {(stage.job_id, stage.active) for stage in found} == {(job.id, True)}


def test_users_by_id_by_email_and_all(greenhouse: Greenhouse) -> None:
    rows = [row for row in greenhouse.store.users.rising() if not row.service_account]
    api = greenhouse.api()
    maya = api.user(rows[0].id)
    assert maya is not None
    assert (maya.name, maya.disabled) == ("Maya Okafor", False)
    assert (maya.email, maya.emails) == ("maya.okafor@acornoak.example", ("maya.okafor@acornoak.example",))
    assert list(api.users(email="maya.okafor@acornoak.example")) == [maya]
    assert list(api.users(email="nobody@acornoak.example")) == []
    assert {user.id for user in api.users()} == {row.id for row in rows}
    gone = rows[-1]
    assert [(user.id, user.disabled) for user in api.users(user_ids=[gone.id])] == [(gone.id, True)]


def test_job_owners(greenhouse: Greenhouse) -> None:
    jobs = [row.id for row in greenhouse.store.jobs.rising()][:2]
    found = {(o.job_id, o.user_id, o.kind, o.responsible) for o in greenhouse.api().job_owners(jobs)}
    assert found == {
        (row.job_id, row.user_id, OwnerKind(row.type), row.responsible)
        for row in greenhouse.store.job_owners.rising()
        if row.job_id in jobs
    }
