"""Comparing e-mail addresses, in Python and in PostgreSQL: case is folded, look-alike letters are not."""

import pytest
from django.core.exceptions import ValidationError

from goodword.accounts.models import User
from goodword.core.addresses import check_address, check_syntax, is_same, normalised

#: dotless i, dotted capital I, long s, Kelvin sign, each in an address that reads as eve.kiss@evil.example
LOOK_ALIKES = (
    "eve.kiss@ev\u0131l.example",
    "eve.k\u0130ss@evil.example",
    "eve.ki\u017fs@evil.example",
    "eve.\u212aiss@evil.example",
)
PLAIN = "eve.kiss@evil.example"


def test_case_makes_no_difference() -> None:
    assert normalised(" Eve.Kiss@EVIL.example ") == PLAIN
    assert is_same("EVE.KISS@evil.example", PLAIN)
    assert is_same("a@M\u00dcLLER.example", "a@m\u00fcller.example")


@pytest.mark.parametrize("address", ["\u200beve.kiss@evil.example", "eve.kiss@evil.example\u2060\u200b"])
def test_invisible_characters_make_no_difference(address: str) -> None:
    assert normalised(address) == PLAIN
    check_address(address)


@pytest.mark.parametrize("address", LOOK_ALIKES)
def test_look_alike_letters_make_another_address(address: str) -> None:
    assert not is_same(address, PLAIN)
    with pytest.raises(ValidationError, match="only looks like i, s or k"):
        check_address(address)


@pytest.mark.matrix
@pytest.mark.django_db
@pytest.mark.parametrize("address", LOOK_ALIKES)
def test_the_database_also_distinguishes_them(address: str) -> None:
    user = User.objects.create_user(email=PLAIN, name="Eve")
    assert not User.objects.filter(email__same_address=address).exists()
    assert User.objects.get(email__same_address="EVE.Kiss@evil.example") == user
    User.objects.filter(pk=user.pk).update(email=address)
    assert not User.objects.filter(email__same_address=PLAIN).exists()
    assert User.objects.get(email__same_address=address) == user


def test_a_letter_beyond_ascii_before_the_at_sign_is_named_as_the_reason() -> None:
    with pytest.raises(ValidationError, match="letters such as ü or é before the @"):
        check_syntax("jürgen@firma.example")
    with pytest.raises(ValidationError, match="Enter a valid email address"):
        check_syntax("jürgen")
    check_syntax("jurgen@müller.example")
