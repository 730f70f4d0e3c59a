"""Working days: Monday to Friday without public holidays, in one or more time zones, across clock changes."""

import logging
import subprocess
import sys
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from goodword.core.public_holidays import holidays_of
from goodword.core.workdays import (
    Calendar,
    add_working_days,
    end_of_working_day,
    into_working_hours,
    moved_with,
    working_days_between,
)

BERLIN = ZoneInfo("Europe/Berlin")
CALENDAR = Calendar(BERLIN)
GERMAN = Calendar(BERLIN, "DE", "BE")
zones = st.sampled_from(["Europe/Berlin", "America/St_Johns", "Pacific/Kiritimati", "UTC"]).map(ZoneInfo)
moments = st.datetimes(
    timezones=st.just(UTC),
    min_value=datetime(2020, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    max_value=datetime(2035, 1, 1),  # noqa: DTZ001 - as above
)


def berlin(day: int, hour: int, minute: int = 0, *, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=BERLIN).astimezone(UTC)


def test_weekends_do_not_count() -> None:
    friday = berlin(6, 10)
    assert add_working_days(friday, 1, calendar=CALENDAR) == berlin(9, 10)
    assert add_working_days(friday, 6, calendar=CALENDAR) == berlin(16, 10)


def test_full_working_days_between_skip_weekends_and_holidays() -> None:
    friday, good_friday = berlin(6, 23, 59), berlin(3, 10, month=4)
    ends = [berlin(8, 12), berlin(9, 10), berlin(9, 23, 59), berlin(10, 10)]
    assert [working_days_between(friday, end, calendar=CALENDAR) for end in ends] == [0, 0, 1, 1]
    assert working_days_between(good_friday, berlin(7, 10, month=4), calendar=GERMAN) == 1


def test_start_of_summer_time_keeps_the_time_of_day() -> None:
    friday = berlin(27, 10)  # the clocks go forward on Sunday the 29th
    monday = add_working_days(friday, 1, calendar=CALENDAR)
    assert monday == berlin(30, 10)
    assert monday - friday == timedelta(days=3) - timedelta(hours=1)


def test_friday_night_becomes_monday_morning() -> None:
    assert into_working_hours(berlin(6, 23, 30), calendar=CALENDAR) == berlin(9, 9)
    assert into_working_hours(berlin(7, 12), calendar=CALENDAR) == berlin(9, 9)


def test_early_morning_becomes_nine_and_evening_the_next_morning() -> None:
    assert into_working_hours(berlin(4, 6), calendar=CALENDAR) == berlin(4, 9)
    assert into_working_hours(berlin(4, 17), calendar=CALENDAR) == berlin(5, 9)


def test_a_moment_in_working_hours_is_unchanged() -> None:
    assert into_working_hours(berlin(4, 16, 59), calendar=CALENDAR) == berlin(4, 16, 59)


def test_by_friday_includes_friday() -> None:
    assert end_of_working_day(berlin(3, 10), 3, calendar=CALENDAR) == berlin(6, 23, 59)


@pytest.mark.slow
@given(start=moments, days=st.integers(1, 60), zone=zones)
def test_result_is_a_working_day_at_the_same_time_of_day(start: datetime, days: int, zone: ZoneInfo) -> None:
    found = add_working_days(start, days, calendar=Calendar(zone)).astimezone(zone)
    assert found.weekday() < 5
    assert found > start
    between = (found.date() - start.astimezone(zone).date()).days
    passed = [start.astimezone(zone).date() + timedelta(days=n) for n in range(1, between + 1)]
    assert len([day for day in passed if day.weekday() < 5]) == days


@given(moment=moments, zone=zones)
def test_next_moment_in_working_hours_is_never_earlier(moment: datetime, zone: ZoneInfo) -> None:
    found = into_working_hours(moment, calendar=Calendar(zone))
    local = found.astimezone(zone)
    assert found >= moment
    assert local.weekday() < 5
    assert time(9) <= local.time() < time(17)
    assert into_working_hours(found, calendar=Calendar(zone)) == found


def german(year: int, month: int, day: int, hour: int = 10) -> datetime:
    return datetime(year, month, day, hour, tzinfo=BERLIN).astimezone(UTC)


def test_holidays_around_a_weekend_are_skipped() -> None:
    thursday = german(
        2027, 3, 25
    )  # Good Friday is the 26th, Easter Monday the 29th; the clocks go forward on the 28th
    assert add_working_days(thursday, 1, calendar=GERMAN) == german(2027, 3, 30)
    assert end_of_working_day(thursday, 2, calendar=GERMAN) == datetime(
        2027, 3, 31, 23, 59, tzinfo=BERLIN
    ).astimezone(UTC)


def test_consecutive_holidays_are_skipped() -> None:
    wednesday = german(2030, 12, 24, 18)  # Christmas is on Wednesday and Thursday
    assert into_working_hours(wednesday, calendar=GERMAN) == german(2030, 12, 27, 9)


def test_a_holiday_on_friday_makes_a_long_weekend() -> None:
    friday = german(2026, 5, 1)
    assert into_working_hours(friday, calendar=GERMAN) == german(2026, 5, 4, 9)
    assert into_working_hours(friday, calendar=CALENDAR) == friday


@pytest.mark.parametrize(
    ("region", "is_worked"), [("BE", (False, True)), ("BY", (True, False)), ("", (True, True))]
)
def test_holidays_differ_by_region(region: str, is_worked: tuple[bool, bool]) -> None:
    calendar = Calendar(BERLIN, "DE", region)
    womens_day, corpus_christi = date(2027, 3, 8), date(2027, 5, 27)
    assert (calendar.is_working_day(womens_day), calendar.is_working_day(corpus_christi)) == is_worked


@pytest.mark.parametrize(("country", "region"), [("XX", ""), ("XX", "BE"), ("de", ""), ("", "BE")])
def test_an_unknown_country_has_no_holidays(country: str, region: str) -> None:
    assert Calendar(BERLIN, country, region).is_working_day(date(2027, 3, 26)) is True


def test_an_unknown_region_falls_back_to_national_holidays(
    caplog: pytest.LogCaptureFixture,
) -> None:
    calendar = Calendar(BERLIN, "DE", "QQ")
    with caplog.at_level(logging.WARNING):
        assert calendar.is_working_day(date(2041, 4, 19)) is False  # Good Friday
        assert calendar.is_working_day(date(2041, 4, 18)) is True
    assert caplog.messages == ["No public holidays are known for DE QQ"]


def test_public_holidays_do_not_stay_in_memory() -> None:
    code = (
        "import sys, datetime; from goodword.core.public_holidays import holidays_of, names_of_countries; "
        "print(holidays_of('FR', '', 2027, language='en')[datetime.date(2027, 7, 14)], names_of_countries()['NZ'],"
        " 'holidays' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert told == "National Day NewZealand False\n"


def test_public_holidays_are_known_without_another_process(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    assert holidays_of("AT", "", 2061, language="en")[date(2061, 10, 26)] == "National Day"
    assert "needs 30 MB more memory" in caplog.text


def test_end_of_summer_time_keeps_the_time_of_day() -> None:
    friday = german(2026, 10, 23)
    monday = add_working_days(friday, 1, calendar=CALENDAR)
    assert monday == german(2026, 10, 26)
    assert monday - friday == timedelta(days=3) + timedelta(hours=1)


def test_working_hours_follow_the_clock_change() -> None:
    sunday = datetime(2026, 3, 29, 1, 30, tzinfo=BERLIN)
    assert into_working_hours(sunday, calendar=CALENDAR) == datetime(2026, 3, 30, 7, tzinfo=UTC)


def test_a_common_working_hour_across_zones_is_found() -> None:
    new_york = ZoneInfo("America/New_York")
    found = into_working_hours(berlin(3, 9), calendar=CALENDAR, zones=[new_york])
    assert found == berlin(3, 15)  # nine in New York
    late = into_working_hours(berlin(3, 16, 59), calendar=CALENDAR, zones=[new_york])
    assert late == berlin(3, 16, 59)
    too_late = into_working_hours(berlin(6, 17), calendar=CALENDAR, zones=[new_york])
    assert too_late == berlin(9, 14)  # since the weekend America is on summer time, but not Europe


def test_without_a_common_hour_the_persons_working_hours_apply() -> None:
    honolulu = ZoneInfo("Pacific/Honolulu")
    found = into_working_hours(berlin(6, 12), calendar=CALENDAR, zones=[honolulu])  # Friday, 1 a.m. there
    assert found.astimezone(honolulu).isoformat() == "2026-03-06T09:00:00-10:00"
    found = into_working_hours(berlin(7, 12), calendar=CALENDAR, zones=[honolulu])
    assert found.astimezone(honolulu).isoformat() == "2026-03-09T09:00:00-10:00"


def test_a_common_hour_after_a_clock_change_is_not_waited_for() -> None:
    """London and Los Angeles have one only from 8 to 28 March, while just America is on summer time."""
    london, pacific = Calendar(ZoneInfo("Europe/London")), ZoneInfo("America/Los_Angeles")
    wednesday = datetime(2026, 2, 25, 12, tzinfo=UTC)
    found = into_working_hours(wednesday, calendar=london, zones=[pacific])
    assert found.astimezone(pacific).isoformat() == "2026-02-25T09:00:00-08:00"
    assert into_working_hours(found, calendar=london, zones=[pacific]) == found
    common = into_working_hours(wednesday + timedelta(days=14), calendar=london, zones=[pacific])
    assert common.isoformat() == "2026-03-11T16:00:00+00:00"


def test_a_calendar_in_another_zone_keeps_its_holidays() -> None:
    tokyo = GERMAN.at("Asia/Tokyo")
    assert tokyo == Calendar(ZoneInfo("Asia/Tokyo"), "DE", "BE")
    assert GERMAN.at("") is GERMAN
    thursday_evening = datetime(2027, 3, 25, 18, tzinfo=ZoneInfo("Asia/Tokyo"))
    assert into_working_hours(thursday_evening, calendar=tokyo).isoformat() == "2027-03-30T09:00:00+09:00"


calendars = st.builds(
    Calendar,
    zones,
    st.sampled_from(["", "DE", "FR", "US", "JP", "XX"]),
    st.sampled_from(["", "BE", "BY", "CA", "??"]),
)


@pytest.mark.slow
@given(start=moments, days=st.integers(0, 30), calendar=calendars)
def test_working_days_are_counted_one_by_one(start: datetime, days: int, calendar: Calendar) -> None:
    reached = [add_working_days(start, n, calendar=calendar) for n in range(days + 1)]
    assert all(later > earlier for earlier, later in pairwise(reached))
    local = [moment.astimezone(calendar.zone) for moment in reached[1:]]
    assert all(calendar.is_working_day(moment.date()) for moment in local)
    assert {moment.time() for moment in local} <= {start.astimezone(calendar.zone).time()}


@pytest.mark.slow
@given(moment=moments, calendar=calendars, others=st.lists(zones, min_size=1, max_size=2))
@example(
    moment=datetime(2026, 3, 27, 22, tzinfo=UTC),
    calendar=CALENDAR,
    others=[ZoneInfo("Pacific/Kiritimati"), ZoneInfo("America/St_Johns")],
)
def test_contact_times_are_in_daytime_on_a_working_day(
    moment: datetime, calendar: Calendar, others: list[ZoneInfo]
) -> None:
    found = into_working_hours(moment, calendar=calendar, zones=others)
    assert found >= moment
    assert time(9) <= found.astimezone(others[0]).time() < time(17)
    for_all = [time(9) <= found.astimezone(z).time() < time(17) for z in (calendar.zone, *others)]
    day = found.astimezone(calendar.zone if all(for_all) else others[0]).date()
    assert calendar.is_working_day(day)
    assert into_working_hours(found, calendar=calendar, zones=others) == found


def test_a_moved_deadline_moves_on_by_days_to_the_end_of_a_working_day() -> None:
    """Summer time ends on Sunday 25 October 2026."""
    zone = ZoneInfo("Europe/Berlin")

    def end(month: int, day: int) -> datetime:
        return datetime(2026, month, day, 23, 59, tzinfo=zone)

    def moved(until: datetime) -> datetime:
        return moved_with(end(10, 23), until, moved_to=end(10, 27), calendar=Calendar(zone)).astimezone(zone)

    assert moved(end(11, 5)) == end(11, 9)
    assert moved(end(11, 4)) == end(11, 9)  # not Sunday
    assert moved_with(end(10, 23), end(11, 4), moved_to=end(10, 23), calendar=Calendar(zone)) == end(11, 4)
