"""The Activity Feed through the sandbox: reading, and writing once."""

import pytest

from goodword.greenhouse.client import (
    Forbidden,
    HarvestError,
    Invalid,
    NotFound,
    NotJson,
    Unavailable,
    Visibility,
)
from tests.contract.greenhouse import Greenhouse, open_account


@pytest.mark.parametrize("visibility", list(Visibility))
def test_a_posted_note_is_read_back_with_author_and_visibility(
    greenhouse: Greenhouse, visibility: Visibility
) -> None:
    made = greenhouse.application()
    author = greenhouse.store.acting_user_id
    api = greenhouse.api()
    body = "Reference check of Zoë is done.\nhttps://goodword.example/r/1\nReport A1B2"
    note = api.post_note(
        candidate_id=made.candidate_id,
        application_id=made.id,
        body=body,
        author_id=author,
        visibility=visibility,
    )
    assert (note.candidate_id, note.application_id, note.body) == (made.candidate_id, made.id, body)
    assert (note.user_id, note.visibility) == (author, visibility)
    [found] = [one for one in api.notes(made.candidate_id) if "A1B2" in one.body]
    assert (found.id, found.body, found.user_id) == (note.id, body, author)
    assert (found.visibility, found.created_at) == (visibility, note.created_at)
    assert found.application_id == (None if greenhouse.version == "v1" else made.id)


def test_notes_exclude_other_activities(greenhouse: Greenhouse) -> None:
    made = greenhouse.application()  # which also creates an activity
    person = greenhouse.store.candidates[made.candidate_id]
    note_id = greenhouse.note(person, "Good first call.", "public")
    assert [(note.id, note.body, note.visibility) for note in greenhouse.api().notes(person.id)] == [
        (note_id, "Good first call.", Visibility.PUBLIC)
    ]


def test_a_note_for_a_missing_candidate_is_not_found(greenhouse: Greenhouse) -> None:
    with pytest.raises(NotFound) as caught:
        greenhouse.api().post_note(
            candidate_id=999,
            application_id=None,
            body="x",
            author_id=greenhouse.store.acting_user_id,
            visibility=Visibility.PRIVATE,
        )
    assert caught.value.outcome_unknown is False


def test_v1_needs_an_author_and_v3_uses_the_acting_user(greenhouse: Greenhouse) -> None:
    person = greenhouse.candidate()

    def post() -> int | None:
        return (
            greenhouse.api()
            .post_note(
                candidate_id=person.id,
                application_id=None,
                body="x",
                author_id=None,
                visibility=Visibility.PRIVATE,
            )
            .user_id
        )

    if greenhouse.version == "v3":
        assert post() == greenhouse.row.service_user_id
    else:
        with pytest.raises(Invalid):
            post()


def test_posting_without_permission_is_forbidden_and_writes_nothing(greenhouse: Greenhouse) -> None:
    greenhouse.tick("Jobs", "Users")
    person = greenhouse.candidate()
    before = len(greenhouse.store.notes)
    api = greenhouse.api()
    assert len(list(api.users())) == 8
    with pytest.raises(Forbidden) as caught:
        api.post_note(
            candidate_id=person.id,
            application_id=None,
            body="x",
            author_id=greenhouse.store.acting_user_id,
            visibility=Visibility.PRIVATE,
        )
    expected = "Activity Feed and Candidates" if greenhouse.version == "v1" else "Activity Feed"
    assert caught.value.permission == expected
    assert len(greenhouse.store.notes) == before


@pytest.mark.parametrize(
    ("kind", "error", "written"),
    [("fail", Unavailable, 0), ("fail_after", Unavailable, 1), ("garbage", NotJson, 1)],
)
def test_a_failed_write_has_an_unknown_outcome_that_the_notes_resolve(
    greenhouse: Greenhouse, kind: str, error: type[HarvestError], written: int
) -> None:
    person = greenhouse.candidate()
    api = greenhouse.api()
    greenhouse.sandbox.faults.add({"kind": kind, "method": "POST", "path": f"/{greenhouse.version}"})
    with pytest.raises(error) as caught:
        api.post_note(
            candidate_id=person.id,
            application_id=None,
            body="Report A1B2",
            author_id=greenhouse.store.acting_user_id,
            visibility=Visibility.PRIVATE,
        )
    assert caught.value.outcome_unknown is True
    assert len([note for note in api.notes(person.id) if "A1B2" in note.body]) == written


def test_reads_recover_from_faults(greenhouse: Greenhouse) -> None:
    made = greenhouse.application()
    path = f"/{greenhouse.version}"
    greenhouse.sandbox.faults.add({"kind": "fail", "method": "GET", "path": path, "times": 2})
    greenhouse.sandbox.faults.add(
        {"kind": "fail", "method": "GET", "path": path, "status": 429, "seconds": 2}
    )
    found = greenhouse.api().application(made.id)
    assert found is not None
    assert found.id == made.id


def test_v3_refuses_a_note_with_another_candidates_application() -> None:
    greenhouse = open_account("v3")
    made, other = greenhouse.application(), greenhouse.candidate()
    with pytest.raises(Invalid) as caught:
        greenhouse.api().post_note(
            candidate_id=other.id,
            application_id=made.id,
            body="x",
            author_id=None,
            visibility=Visibility.PRIVATE,
        )
    assert "application_id" in caught.value.detail
    greenhouse.sandbox.close()
