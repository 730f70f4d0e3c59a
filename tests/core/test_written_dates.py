from datetime import UTC, datetime

import pytest
from django.utils import translation

from goodword.core.text import written_weekday_time


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Friday 11 December, 23:59"),
        ("de", "Freitag, 11. Dezember, 23:59 Uhr"),
        ("fr", "vendredi 11 décembre à 23\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}59"),
    ],
)
def test_a_deadline_is_written_as_the_language_writes_it(language: str, words: str) -> None:
    with translation.override(language):
        assert written_weekday_time(datetime(2026, 12, 11, 23, 59, tzinfo=UTC)).lower() == words.lower()
