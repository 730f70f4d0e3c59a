from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from goodword.core.text import in_series, written_day, written_moment, written_weekday, written_weekday_time


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Friday 11 December, 23:59 (UTC)"),
        ("de", "Freitag, 11. Dezember, 23:59\u00a0Uhr (UTC)"),
        ("fr", "vendredi 11 décembre à 23\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}59 (UTC)"),
    ],
)
def test_a_deadline_is_written_as_the_language_writes_it(language: str, words: str) -> None:
    with translation.override(language):
        assert written_weekday_time(datetime(2026, 12, 11, 23, 59, tzinfo=UTC)).lower() == words.lower()


@pytest.mark.parametrize(
    ("zone", "name"),
    [
        ("Europe/Berlin", "CET"),
        ("America/Sao_Paulo", "UTC-03"),
        ("Pacific/Chatham", "UTC+13:45"),
        ("Australia/Lord_Howe", "UTC+11"),
    ],
)
def test_a_time_names_its_zone(zone: str, name: str) -> None:
    local = datetime(2026, 12, 11, 23, 59, tzinfo=ZoneInfo(zone))
    assert written_weekday_time(local) == f"Friday 11 December, 23:59 ({name})"
    assert written_moment(local) == f"11 December 2026, 23:59 {name}"


def test_french_writes_the_first_of_a_month_as_an_ordinal() -> None:
    morning = datetime(2026, 12, 1, 9, 5, tzinfo=UTC)
    with translation.override("fr"):
        assert written_day(morning) == "1er décembre 2026"
        assert written_weekday(morning, year=True) == "mardi 1er décembre 2026"
        assert (
            written_weekday_time(morning).replace("\N{NO-BREAK SPACE}", " ")
            == "mardi 1er décembre à 9 h 05 (UTC)"
        )
        assert written_weekday(morning.replace(day=11)) == "vendredi 11 décembre"


def test_french_lists_of_facts_have_a_space_before_the_semicolon() -> None:
    for language, text in (("en", "2; 3"), ("de", "2; 3"), ("fr", "2\N{NARROW NO-BREAK SPACE}; 3")):
        with translation.override(language):
            assert in_series(["2", "3"]) == text
    assert in_series(["2", "3"], language="fr") == "2\N{NARROW NO-BREAK SPACE}; 3"
