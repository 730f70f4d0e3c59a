"""Working days: Monday to Friday, in the organisation's zone, through the change to summer time."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from goodword.core.workdays import Calendar, add_working_days, end_of_working_day, into_working_hours

BERLIN = ZoneInfo("Europe/Berlin")
CALENDAR = Calendar(BERLIN)
zones = st.sampled_from(["Europe/Berlin", "America/St_Johns", "Pacific/Kiritimati", "UTC"]).map(ZoneInfo)
moments = st.datetimes(
    timezones=st.just(UTC),
    min_value=datetime(2020, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    max_value=datetime(2035, 1, 1),  # noqa: DTZ001 - as above
)


def berlin(day: int, hour: int, minute: int = 0, *, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=BERLIN).astimezone(UTC)


def test_a_weekend_does_not_count() -> None:
    friday = berlin(6, 10)
    assert add_working_days(friday, 1, calendar=CALENDAR) == berlin(9, 10)
    assert add_working_days(friday, 6, calendar=CALENDAR) == berlin(16, 10)


def test_summer_time_neither_adds_nor_takes_an_hour_on_the_clock() -> None:
    friday = berlin(27, 10)  # the clock goes on in the night to Sunday the 29th
    monday = add_working_days(friday, 1, calendar=CALENDAR)
    assert monday == berlin(30, 10)
    assert monday - friday == timedelta(days=3) - timedelta(hours=1)


def test_friday_night_becomes_monday_morning() -> None:
    assert into_working_hours(berlin(6, 23, 30), calendar=CALENDAR) == berlin(9, 9)
    assert into_working_hours(berlin(7, 12), calendar=CALENDAR) == berlin(9, 9)


def test_early_morning_becomes_the_same_morning_and_evening_the_next() -> None:
    assert into_working_hours(berlin(4, 6), calendar=CALENDAR) == berlin(4, 9)
    assert into_working_hours(berlin(4, 17), calendar=CALENDAR) == berlin(5, 9)


def test_a_moment_in_working_hours_is_left_alone() -> None:
    assert into_working_hours(berlin(4, 16, 59), calendar=CALENDAR) == berlin(4, 16, 59)


def test_by_friday_includes_friday() -> None:
    assert end_of_working_day(berlin(3, 10), 3, calendar=CALENDAR) == berlin(6, 23, 59)


@given(start=moments, days=st.integers(1, 60), zone=zones)
def test_the_result_is_a_working_day_later_at_the_same_time_of_day(
    start: datetime, days: int, zone: ZoneInfo
) -> None:
    found = add_working_days(start, days, calendar=Calendar(zone)).astimezone(zone)
    assert found.weekday() < 5
    assert found > start
    between = (found.date() - start.astimezone(zone).date()).days
    passed = [start.astimezone(zone).date() + timedelta(days=n) for n in range(1, between + 1)]
    assert len([day for day in passed if day.weekday() < 5]) == days


@given(moment=moments, zone=zones)
def test_whatever_the_moment_the_next_one_in_working_hours_is_no_earlier(
    moment: datetime, zone: ZoneInfo
) -> None:
    found = into_working_hours(moment, calendar=Calendar(zone))
    local = found.astimezone(zone)
    assert found >= moment
    assert local.weekday() < 5
    assert time(9) <= local.time() < time(17)
    assert into_working_hours(found, calendar=Calendar(zone)) == found
