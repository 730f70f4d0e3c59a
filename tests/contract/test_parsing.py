"""Tolerant parsing of Greenhouse's records."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goodword.greenhouse.client import (
    ApplicationStatus,
    Contact,
    Forbidden,
    HarvestApi,
    JobStatus,
    OwnerKind,
    Unavailable,
    UnexpectedShape,
    WrongKind,
)
from goodword.greenhouse.client.records import moment
from goodword.greenhouse.client.session import ONCE
from tests.contract.moments import Moments
from tests.contract.scripted import Reply, Scripted, client

START = datetime(2026, 11, 1, tzinfo=UTC)

MEMBERS = [
    *(
        "job_id",
        "job_post_id",
        "prospect",
        "current_stage",
        "stage_id",
        "stage_name",
        "job_interview_stage_id",
    ),
    *(
        "applied_at",
        "created_at",
        "rejected_at",
        "last_activity_at",
        "rejection_reason",
        "rejection_reason_id",
    ),
    *("recruiter", "recruiter_id", "coordinator", "jobs", "prospective_job_ids", "status"),
]


def one(version: str, record: dict[str, Any]) -> Reply:
    """A record as this version returns it."""
    return Reply(200, record if version == "v1" else [record])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-05-05T22:36:04.296Z", datetime(2026, 5, 5, 22, 36, 4, 296000, UTC)),
        ("2026-05-05T22:36:04Z", datetime(2026, 5, 5, 22, 36, 4, 0, UTC)),
        ("2026-05-05T22:36:04+02:00", datetime(2026, 5, 5, 20, 36, 4, 0, UTC)),
        ("2026-05-05 22:36:04", datetime(2026, 5, 5, 22, 36, 4, 0, UTC)),
        ("2026-05-05", datetime(2026, 5, 5, 0, 0, 0, 0, UTC)),
        ("2026-05-05T22:36:04.1234567+12:45", datetime(2026, 5, 5, 9, 51, 4, 123456, UTC)),
        ("0001-01-01T00:00:00+14:00", None),
        ("0001-01-01T00:00:00Z", None),
        ("9999-12-31T23:59:59Z", None),
        ("", None),
        ("yesterday", None),
        (None, None),
        (1780000000, None),
    ],
)
def test_timestamp_formats(text: object, expected: datetime | None) -> None:
    assert moment(text) == expected


@pytest.mark.slow
@given(st.text())
def test_any_text_is_parsed_as_a_timestamp_or_none(text: str) -> None:
    found = moment(text)
    assert found is None or found.tzinfo is UTC


def test_nulls_wrong_types_and_unknown_members_are_tolerated(version: str, time: Moments) -> None:
    for odd in (None, "", "odd", 0, -1, 1.5, True, [], [None, "x"], {}, {"id": None}, 2**70):
        record = {"id": 7, "candidate_id": 8, "brand_new": {"x": 1}, **dict.fromkeys(MEMBERS, odd)}
        script = [one(version, record)]
        found = client(version, Scripted(*script), time).application(7)
        assert found is not None
        assert (found.id, found.candidate_id) == (7, 8)
        assert found.status is ApplicationStatus.UNKNOWN
        assert (found.stage_id, found.rejected_at, found.rejection_reason_id) == (None, None, None)


def test_large_and_quoted_ids_are_accepted(version: str, time: Moments) -> None:
    record = {"id": 2**63 - 1, "candidate_id": "6409476002", "job_interview_stage_id": None}
    found = client(version, Scripted(one(version, record)), time).application(2**63 - 1)
    assert found is not None
    assert (found.id, found.candidate_id) == (2**63 - 1, 6409476002)


@pytest.mark.parametrize("record", [{"id": None}, {"id": 7}, {"id": True, "candidate_id": 8}, {"id": "x"}])
def test_an_application_without_ids_is_an_unexpected_shape(
    version: str, record: dict[str, Any], time: Moments
) -> None:
    with pytest.raises(UnexpectedShape):
        client(version, Scripted(one(version, record)), time).application(7)


def test_a_record_that_is_not_an_object_is_an_unexpected_shape(time: Moments) -> None:
    with pytest.raises(UnexpectedShape):
        client("v3", Scripted(Reply(200, [7])), time).application(7)


@pytest.mark.parametrize("body", ["null", '"text"', "7"])
def test_a_body_of_another_kind_is_an_outage(version: str, body: str, time: Moments) -> None:
    with pytest.raises(WrongKind):
        client(version, Scripted(Reply(200, body)), time).application(7)


@pytest.mark.parametrize("body", [{}, {"message": "Down for maintenance"}])
def test_an_object_without_what_it_should_contain_is_an_outage(body: dict[str, Any], time: Moments) -> None:
    """A feed without notes would otherwise count as empty, and the note be posted again."""
    for read in (lambda api: api.application(7), lambda api: list(api.notes(7))):
        with pytest.raises(WrongKind):
            read(client("v1", Scripted(Reply(200, body)), time))


@pytest.mark.parametrize("body", ["", "<html>", "[" * 100_000, '{"id": 7'])
def test_a_body_that_is_not_json_is_an_outage(version: str, body: str, time: Moments) -> None:
    with pytest.raises(Unavailable) as caught:
        client(version, Scripted(Reply(200, body)), time, retry=ONCE).application(7)
    over = {
        "v1": " If it persists, Harvest v1 may have been switched off: connect with Harvest v3.",
        "v3": "",
    }
    assert caught.value.sentence == (
        f"Greenhouse's API did not return data. It may be down for maintenance.{over[version]}"
    )


READS: dict[str, Callable[[HarvestApi], Iterable[Any]]] = {
    "applications": lambda api: api.applications(),
    "candidates": lambda api: api.candidates_changed(since=START, until=START),
    "jobs": lambda api: api.jobs(),
    "job posts": lambda api: api.job_posts(),
    "job stages": lambda api: api.job_stages([2]),
    "users": lambda api: api.users(),
}


@pytest.mark.parametrize("kind", READS)
def test_an_unreadable_record_is_left_out_of_a_list(version: str, kind: str, time: Moments) -> None:
    good = {"id": 7, "candidate_id": 8, "job_id": 2, "name": "x", "job_interview_stage_id": None}
    odd = [None, {}, {"id": None, "name": "y"}]
    with client(version, Scripted(Reply(200, [*odd, good])), time) as api:
        assert [one.id for one in READS[kind](api)] == [7]
        assert api.left_out == 3


def test_members_of_a_hiring_team_without_an_id_are_left_out(version: str, time: Moments) -> None:
    team: list[dict[str, Any]] = [{"id": None}, {"id": 3, "responsible": True}]
    rows = [{"job_id": 2, "user_id": one["id"], "type": "recruiter", "responsible": True} for one in team]
    said = Reply(200, {"id": 2, "hiring_team": {"recruiters": team}} if version == "v1" else rows)
    assert [job_owner.user_id for job_owner in client(version, Scripted(said), time).job_owners([2])] == [3]


UNKNOWN_STAGE: dict[str, Any] = {
    "id": 7,
    "candidate_id": 8,
    "status": "in_process",
    "stage_id": 501,
    "job_interview_stage_id": None,
}


def test_a_stage_missing_from_an_application_is_looked_up(time: Moments) -> None:
    record = {"id": 7, "candidate_id": 8, "job_id": 2, "status": "in_process", "stage_id": 501}
    row = {"application_id": 7, "current": True}
    rows = [
        row | {"id": 503, "job_interview_stage_id": 603, "entered_at": None},
        row | {"id": 502, "job_interview_stage_id": 602, "entered_at": "2026-11-02T08:00:00Z"},
        row | {"id": 501, "job_interview_stage_id": 601, "entered_at": "2026-11-01T08:00:00Z"},
    ]
    for extra in ({}, {"job_interview_stage_id": None}):
        api = client("v3", Scripted(Reply(200, [record | extra]), Reply(200, rows)), time)
        found = api.application(7)
        assert found is not None
        assert (found.stage_id, found.stage_entered_at) == (602, datetime(2026, 11, 2, 8, tzinfo=UTC))


@pytest.mark.parametrize(
    ("status", "prospect"),
    [("rejected", False), ("hired", False), ("converted", False), ("in_process", True)],
)
def test_no_stage_is_looked_up_for_ended_applications_and_prospects(
    status: str, prospect: bool, time: Moments
) -> None:
    record = UNKNOWN_STAGE | {"status": status, "prospect": prospect, "rejection_reason_id": None}
    scripted = Scripted(Reply(200, [record]))
    found = client("v3", scripted, time).application(7)
    assert found is not None
    assert (found.stage_id, len(scripted.asked)) == (None, 1)


def test_an_application_is_left_out_if_its_stage_is_unknown_and_must_not_be_read(time: Moments) -> None:
    known = UNKNOWN_STAGE | {"id": 9, "job_interview_stage_id": 601}
    with client("v3", Scripted(Reply(200, [UNKNOWN_STAGE, known]), Reply(403)), time) as api:
        assert [(application.id, application.stage_id) for application in api.applications()] == [(9, 601)]
        assert api.left_out == 1
    with (
        client("v3", Scripted(Reply(200, [UNKNOWN_STAGE]), Reply(403)), time) as api,
        pytest.raises(Forbidden) as caught,
    ):
        api.application(7)
    assert caught.value.permission == "Application Stages"


@pytest.mark.parametrize(("yes", "no"), [(True, False), ("true", "false"), ("True ", " FALSE"), ("1", 0)])
def test_flags_may_be_text(version: str, yes: object, no: object, time: Moments) -> None:
    record = {"id": 7, "private": yes, "is_private": yes, "can_email": no}
    said = Reply(200, record if version == "v1" else [record])
    found = client(version, Scripted(said), time).candidate(7)
    assert found is not None
    assert (found.private, found.can_email) == (True, False)


def test_an_application_is_left_out_if_its_stage_cannot_be_read(time: Moments) -> None:
    records = [{"id": one, "candidate_id": 8, "job_id": 2, "status": "in_process"} for one in (7, 9)]
    rows = [{"application_id": one, "current": True, "job_interview_stage_id": 601} for one in (None, 9)]
    with client("v3", Scripted(Reply(200, records), Reply(200, rows)), time) as api:
        assert [(application.id, application.stage_id) for application in api.applications()] == [(9, 601)]
        assert api.left_out == 1
    with (
        client("v3", Scripted(Reply(200, records[:1]), Reply(200, rows[:1])), time) as api,
        pytest.raises(UnexpectedShape),
    ):
        api.application(7)


@pytest.mark.parametrize("kind", ["applications_by_id", "jobs_by_id"])
def test_an_unreadable_record_is_left_out_of_those_read_by_id(version: str, kind: str, time: Moments) -> None:
    odd, good = {"id": None}, {"id": 7, "candidate_id": 8, "job_interview_stage_id": None}
    replies = [odd, good] if version == "v1" else [[odd, good]]
    with client(version, Scripted(*(Reply(200, reply) for reply in replies)), time) as api:
        assert [one.id for one in getattr(api, kind)([6, 7])] == [7]
        assert api.left_out == 1


def test_a_job_without_an_id_does_not_hide_the_application(time: Moments) -> None:
    record = {"id": 7, "candidate_id": 8, "jobs": [{"id": None, "name": None}, {"id": 2}]}
    found = client("v1", Scripted(Reply(200, record)), time).application(7)
    assert found is not None
    assert found.job_id == 2


def test_an_object_instead_of_a_list_is_an_outage(version: str, time: Moments) -> None:
    with pytest.raises(WrongKind):
        list(client(version, Scripted(Reply(200, {"message": "async processing"})), time).job_stages([1]))


def test_unstorable_text_is_cleaned(version: str, time: Moments) -> None:
    body = '{"id": 7, "first_name": "A\\u0000da", "last_name": "D\\ud83doe"}'
    said = Reply(200, body if version == "v1" else f"[{body}]")
    found = client(version, Scripted(said), time).candidate(7)
    assert found is not None
    assert (found.first_name, found.last_name) == ("Ada", "D?oe")


def test_contacts_are_trimmed_and_empty_ones_dropped(version: str, time: Moments) -> None:
    record = {
        "id": 7,
        "email_addresses": [
            {"value": " ada@people.example ", "type": "Personal "},
            {"value": "", "type": "work"},
            {"value": None},
            {"value": "x@y.example", "type": None},
            "odd",
        ],
        "can_email": None,
    }
    found = client(version, Scripted(one(version, record)), time).candidate(7)
    assert found is not None
    assert found.emails == (Contact("ada@people.example", "personal"), Contact("x@y.example", None))
    assert (found.can_email, found.private) == (True, False)


def test_unknown_job_status(version: str, time: Moments) -> None:
    jobs = [{"id": 1, "name": "x", "status": "paused"}]
    [job] = client(version, Scripted(Reply(200, jobs)), time).jobs()
    assert job.status is JobStatus.UNKNOWN


def test_an_owner_of_unknown_kind_is_kept(time: Moments) -> None:
    row = {"id": 1, "job_id": 2, "user_id": 3, "type": "approver", "responsible": None}
    [owner] = client("v3", Scripted(Reply(200, [row])), time).job_owners([2])
    assert (owner.kind, owner.responsible) == (OwnerKind.UNKNOWN, False)


def test_v1_notes_may_use_the_misspelt_visibility(time: Moments) -> None:
    note = {"id": 1, "body": "x", "user": None, "visiblity": "admin_only"}
    [found] = client("v1", Scripted(Reply(200, {"notes": [note]})), time).notes(5)
    assert (found.visibility, found.user_id, found.candidate_id) == ("admin_only", None, 5)


def test_unrequested_rows_are_dropped(time: Moments) -> None:
    rows = [{"id": 8}, {"id": 7}, {"id": 6}]
    assert [candidate.id for candidate in client("v3", Scripted(Reply(200, rows)), time).candidates([7])] == [
        7
    ]


def test_v3_updated_at_filter_is_a_closed_window(time: Moments) -> None:
    scripted = Scripted(Reply())
    since = datetime(2026, 11, 1, 12, 0, 0, 500, UTC)
    list(client("v3", scripted, time).applications(updated_since=since))
    assert scripted.asked[0].query == (
        "per_page=500&updated_at=gte%7C2026-11-01T12%3A00%3A00.000Z%7Clte%7C2026-11-02T09%3A00%3A00.000Z"
    )
