"""*Post a test note*: choosing a candidate, the preview, and the outcome."""

import pytest
from bs4 import BeautifulSoup

from goodword.greenhouse.models import ActivityFeedNote
from greenhouse_sandbox.store.people import Candidate as RemoteCandidate
from tests.greenhouse.setup.desk import Desk
from tests.greenhouse.setup.test_health import text
from tests.support import factories
from tests.support.jobs import run_jobs
from tests.workspace.test_concurrent_edits import fields_of


def candidate_here(desk: Desk) -> RemoteCandidate:
    """A candidate in Greenhouse, with a copy here."""
    person = desk.greenhouse.candidate(first_name="Zoë", last_name="Nordqvist", email="zoe@people.example")
    desk.greenhouse.application(person)
    ours = factories.candidate(
        desk.organisation,
        first_name="Zoë",
        last_name="Nordqvist",
        connection_id=desk.connection().pk,
        remote_id=person.id,
    )
    role = factories.role(desk.organisation, title="Window Washer", owner=desk.admin)
    factories.application(role, candidate=ours, connection_id=desk.connection().pk)
    return person


def show(desk: Desk, **query: str) -> bytes:
    return bytes(desk.client(desk.admin).get(desk.own("greenhouse_test_note"), query).content)


def links(body: bytes) -> list[str]:
    page = BeautifulSoup(body, "html.parser")
    return [str(link["href"]) for link in page.select(".choose-list a")]


def test_a_candidate_is_found_by_name_and_those_of_another_account_are_not(desk: Desk) -> None:
    desk.connect()
    person = candidate_here(desk)
    elsewhere = factories.role(desk.organisation, owner=desk.admin)
    factories.application(elsewhere, candidate=factories.candidate(desk.organisation, last_name="Nordqvist"))
    for query in ("zoë nord", "Zoe NORD"):
        assert links(show(desk, q=query)) == [f"?candidate={person.id}"]
    assert links(show(desk, q="nobody")) == []
    assert "No candidate in this account matches." in text(show(desk, q="nobody"))


def test_a_second_click_posts_no_second_note(desk: Desk) -> None:
    desk.connect()
    client, person = desk.client(desk.admin), candidate_here(desk)
    page = client.get(desk.own("greenhouse_test_note"), {"candidate": person.id}).content.decode()
    form = fields_of(page, having="csrfmiddlewaretoken")
    where = desk.own("greenhouse_test_note_write")
    first, second = client.post(where, form), client.post(where, form)
    assert first["Location"] == second["Location"]
    assert ActivityFeedNote.objects.of(desk.organisation).count() == 1


@pytest.mark.world
@pytest.mark.matrix
@pytest.mark.parametrize("form", ["{}", " {} ", "https://app.greenhouse.io/people/{}?application_id=7"])
def test_the_note_is_shown_before_it_is_posted(either: Desk, form: str) -> None:
    either.connect()
    person = candidate_here(either)
    page = show(either, candidate=form.format(person.id))
    said = text(page)
    assert "On the Activity Feed of Zoë Nordqvist" in said
    assert "Visible to private" in said
    assert f"A test note from Goodword for {either.organisation.name}: writing" in said
    assert ActivityFeedNote.objects.of(either.organisation).count() == 0


@pytest.mark.world
@pytest.mark.matrix
@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("Zoë", "Enter a candidate's Greenhouse ID, or the link to their profile."),
        ("0", "Enter a candidate's Greenhouse ID, or the link to their profile."),
        ("4711", "This key can't see a candidate with the ID 4711. Check the ID in Greenhouse."),
    ],
)
def test_an_unknown_candidate_is_reported_and_the_input_stays(desk: Desk, typed: str, why: str) -> None:
    desk.connect()
    page = show(desk, candidate=typed)
    assert why in text(page, "[data-error-summary]")
    field = BeautifulSoup(page, "html.parser").select_one("#candidate")
    assert field is not None
    assert field["value"] == typed
    assert why in text(page, f"#{field['aria-describedby']}")
    response = desk.client(desk.admin).post(desk.own("greenhouse_test_note_write"), {"candidate": typed})
    assert response["Location"] == desk.own("greenhouse_test_note")
    assert ActivityFeedNote.objects.of(desk.organisation).count() == 0


@pytest.mark.world
def test_an_outage_is_reported(desk: Desk) -> None:
    desk.connect()
    desk.greenhouse.sandbox.faults.add({"kind": "fail", "path": "/v3/candidates", "status": 503, "times": 9})
    assert "Greenhouse has an internal error" in text(show(desk, candidate="4711"), ".error-summary")


@pytest.mark.world
def test_the_outcome_is_shown_and_writing_counts_as_tested(either: Desk) -> None:
    either.connect()
    person = candidate_here(either)
    admin = next(user for user in either.greenhouse.store.users.rising() if user.site_admin)
    client = either.client(either.admin)
    client.post(either.own("greenhouse_author"), {"user": str(admin.id)})
    response = client.post(either.own("greenhouse_test_note_write"), {"candidate": str(person.id)})
    url = response["Location"]
    assert "Posting the note" in text(client.get(url).content)
    run_jobs()
    assert "The note is in Greenhouse: write access works" in text(client.get(url).content)
    assert either.connection().writing_tested_at is not None
    assert "greenhouse.test_note" in either.audited()
    page = client.get(either.url("integrations")).content.decode()
    assert "Writing is untested" not in page


@pytest.mark.world
def test_a_refusal_is_shown_with_what_to_do(desk: Desk) -> None:
    desk.connect()
    person = candidate_here(desk)
    desk.greenhouse.row.scopes = [
        scope for scope in desk.greenhouse.row.scopes if scope != "harvest:notes:create"
    ]
    client = desk.client(desk.admin)
    response = client.post(desk.own("greenhouse_test_note_write"), {"candidate": str(person.id)})
    run_jobs()
    said = text(client.get(response["Location"]).content)
    assert "The note could not be posted" in said
    assert "harvest:notes:create" in said


@pytest.mark.world
def test_the_outcome_of_another_account_or_organisation_is_not_found(desk: Desk) -> None:
    desk.connect()
    person = candidate_here(desk)
    client = desk.client(desk.admin)
    url = client.post(desk.own("greenhouse_test_note_write"), {"candidate": str(person.id)})["Location"]
    stranger = factories.member(factories.organisation(), kind="admin")
    assert desk.client(stranger).get(url).status_code == 404
    assert desk.client(desk.recruiter).get(url).status_code == 403
