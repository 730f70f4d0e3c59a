"""Time zones of reminders: organisation and candidate, then the recipient's own."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from goodword.accounts.models import Organisation
from goodword.core.workdays import Calendar
from goodword.references.domain.checks import store_time_zone
from goodword.references.domain.nominations import nomination_problems
from goodword.references.domain.reminder_times import plan_request_reminders, referee_hours
from goodword.references.domain.reminders import remind_candidates, remind_referees
from goodword.references.domain.responses import SubmittedAnswer, answering_session
from goodword.references.domain.self_reference import self_reference_session
from goodword.references.domain.slot_changes import slots_of
from goodword.references.models import Check, ReferenceRequest
from tests.references.stage import DETAILS
from tests.references.story import (
    MANAGER,
    NOW,
    candidate_path,
    get,
    mails_to,
    opened,
    post,
    referee_path,
    sent,
)

pytestmark = pytest.mark.django_db

BERLIN = Calendar(ZoneInfo("Europe/Berlin"))


def test_a_time_zone_is_stored_once() -> None:
    check = opened().check
    assert [store_time_zone(check, name) for name in ("America/New_York", "Asia/Tokyo")] == [True, False]
    check.refresh_from_db()
    assert check.time_zone == "America/New_York"
    stale = Check.objects.of(check.organisation).get(pk=check.pk)
    stale.time_zone = ""  # stale, as in another tab
    assert store_time_zone(stale, "Asia/Tokyo") is False
    check.refresh_from_db()
    assert check.time_zone == "America/New_York"


@pytest.mark.matrix
@pytest.mark.parametrize(
    "name", ["", "Mars/Olympus", "../../etc/passwd", "localtime", "Factory", "a" * 5000, "Europe/Berlin\x00"]
)
def test_invalid_time_zones_are_ignored(name: str) -> None:
    check = opened().check
    assert store_time_zone(check, name) is False
    check.refresh_from_db()
    assert check.time_zone == ""


@pytest.mark.world
def test_forms_submit_the_time_zone() -> None:
    story = sent()
    path = referee_path("maria@globex.example")
    get(f"{path}?tz=Asia/Tokyo")
    assert story.requests[0].time_zone == ""
    post(f"{path}begin/", {"tz": "America/New_York"})
    post(f"{candidate_path(story)}1/remove/", {"tz": "Asia/Tokyo"})
    assert (story.requests[0].time_zone, story.requests[1].time_zone) == ("America/New_York", "")
    assert story.check.time_zone == "Asia/Tokyo"
    assert "ui/js/zone" in get(path).content.decode()


def test_unknown_referee_hours_default_to_organisation_and_candidate() -> None:
    check, request = Check(), ReferenceRequest()
    check.organisation = opened().application.organisation
    assert referee_hours(request, check=check) == (BERLIN, ())
    check.time_zone = "America/New_York"
    assert referee_hours(request, check=check) == (BERLIN, [ZoneInfo("America/New_York")])
    request.time_zone = "Asia/Tokyo"
    assert referee_hours(request, check=check) == (Calendar(ZoneInfo("Asia/Tokyo")), ())


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("candidates", "referees", "due"),
    [
        ("", "", "2026-03-05T09:00:00+00:00"),  # two working days later at the same hour
        ("America/New_York", "", "2026-03-05T14:00:00+00:00"),  # nine in New York, three in Berlin
        ("America/New_York", "Asia/Tokyo", "2026-03-06T00:00:00+00:00"),  # nine in Tokyo, the day after
        ("Pacific/Honolulu", "", "2026-03-05T19:00:00+00:00"),  # never both: the candidate's morning
        ("", "Pacific/Honolulu", "2026-03-05T19:00:00+00:00"),
    ],
)
def test_reminders_are_planned_in_the_referees_hours(candidates: str, referees: str, due: str) -> None:
    story = sent()
    check, request = story.check, story.requests[0]
    check.time_zone, request.time_zone = candidates, referees
    plan_request_reminders(request, check=check, now=NOW)
    assert request.next_reminder_at == datetime.fromisoformat(due)


@pytest.mark.world
def test_a_new_time_zone_moves_planned_reminders() -> None:
    story, other = sent(), opened()
    due = datetime(2026, 3, 5, 9, tzinfo=UTC)
    store_time_zone(story.requests[0], "America/New_York")
    store_time_zone(other.check, "America/New_York")
    assert (remind_referees(now=due), remind_candidates(now=due)) == (1, 0)  # Paul's zone is not known
    morning = datetime(2026, 3, 5, 14, tzinfo=UTC)
    assert (story.requests[0].next_reminder_at, other.check.next_reminder_at) == (morning, morning)
    assert (remind_referees(now=morning), remind_candidates(now=morning)) == (1, 1)


def test_weekends_follow_the_recipients_time_zone() -> None:
    story = sent()
    request = story.requests[0]
    store_time_zone(request, "Asia/Tokyo")
    friday_afternoon = datetime(2026, 3, 6, 12, tzinfo=UTC)  # Friday, nine in the evening in Tokyo
    ReferenceRequest.objects.of(request.organisation).update(next_reminder_at=friday_afternoon)
    assert remind_referees(now=friday_afternoon) == 1  # Paul, in Berlin's hours
    request.refresh_from_db()
    assert request.next_reminder_at == datetime(2026, 3, 9, tzinfo=UTC)
    assert request.next_reminder_at - friday_afternoon > timedelta(days=2)


def test_a_month_that_has_begun_elsewhere_is_not_in_the_future() -> None:
    story = opened()
    check = story.check
    check.organisation.time_zone = "America/Los_Angeles"
    evening = datetime(2026, 3, 31, 18, tzinfo=UTC)  # already April in Auckland
    slot = slots_of(check)[0]
    for month, problems in (("2026-04", set()), ("2026-05", {"to_month"})):
        details = replace(DETAILS, to_month=month)
        found = nomination_problems(check, slot=slot, details=details, now=evening)
        assert found.keys() == problems
    assert self_reference_session(check, None, now=evening).today == date(2026, 4, 1)


def test_referees_confirm_months_that_have_begun_where_they_are() -> None:
    request = sent().requests[0]
    request.check_run.organisation.time_zone = "America/Los_Angeles"
    evening = datetime(2026, 3, 31, 18, tzinfo=UTC)
    session = answering_session(request.check_run, request, now=evening)
    dates = {"answer": "corrected", "from": "2021-04", "to": "2026-04"}
    submitted = SubmittedAnswer(question_id="dates", finished=True, answer=dates)
    assert "dates" not in session.with_answers([submitted], now=evening).missing()


@pytest.mark.world
def test_mails_and_pages_name_hour_and_zone_of_deadlines() -> None:
    story = opened()
    Organisation.objects.filter(pk=story.application.organisation_id).update(time_zone="Australia/Lord_Howe")
    sent(story)
    maria = MANAGER["r-email"]
    pages = [get(path).content.decode() for path in (referee_path(maria), candidate_path(story))]
    for text in (*pages, str(mails_to(maria)[0].body)):
        assert "Thursday 12 March, 23:59 (UTC+11)" in text
