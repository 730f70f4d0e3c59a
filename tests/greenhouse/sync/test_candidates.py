"""Copies of candidates: which address is used."""

import pytest

from goodword.greenhouse.client import Contact
from goodword.greenhouse.sync.candidates import address_of


def contacts(*pairs: tuple[str, str | None]) -> list[Contact]:
    return [Contact(value, kind) for value, kind in pairs]


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ([], ""),
        ([("a@work.example", "work")], "a@work.example"),
        ([("a@work.example", "work"), ("a@home.example", "personal")], "a@home.example"),
        ([("a@work.example", "work"), ("a@other.example", None)], "a@other.example"),
        ([("a@other.example", "other"), ("a@home.example", "personal")], "a@home.example"),
        ([("first@home.example", "personal"), ("second@home.example", "personal")], "first@home.example"),
        ([("ask me", "personal"), ("a@work.example", "work")], "a@work.example"),
        ([(" a@home.example ", "personal")], "a@home.example"),
        ([("a@home.example\u200b", "personal")], "a@home.example"),
        ([("\ufeffa@home.example", "personal"), ("b@home.example", "personal")], "a@home.example"),
        ([(f"{'a' * 60}@{'b' * 63}.{'c' * 63}.{'d' * 63}.{'e' * 80}.example", "personal")], ""),
    ],
)
def test_a_work_address_is_used_only_without_another(given: list[tuple[str, str | None]], used: str) -> None:
    assert address_of(contacts(*given)) == used
