from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from goodword.core.text import written_moment, written_weekday_time


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Friday 11 December, 23:59 (UTC)"),
        ("de", "Freitag, 11. Dezember, 23:59 Uhr (UTC)"),
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
