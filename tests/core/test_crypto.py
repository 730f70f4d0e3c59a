"""Secrets decrypt only in the place they were encrypted for, with any key that is still listed."""

import base64

import pytest
from pytest_django.fixtures import Settings

from goodword.core import crypto

PLACE = "connection:7:1"


@pytest.fixture(autouse=True)
def keys(settings: Settings) -> None:
    settings.GOODWORD_FIELD_KEYS = {"old": b"o" * 32}


def test_a_sealed_secret_opens_in_its_own_place() -> None:
    assert crypto.unseal(crypto.seal("Übergeheim", place=PLACE), place=PLACE) == "Übergeheim"


def test_sealing_twice_gives_different_values_that_hide_the_secret() -> None:
    first, second = crypto.seal("secret", place=PLACE), crypto.seal("secret", place=PLACE)
    assert first != second
    assert "secret" not in first


@pytest.mark.parametrize("place", ["connection:8:1", "connection:7:2", "webhook:7:1", ""])
def test_a_secret_copied_to_another_place_does_not_open(place: str) -> None:
    sealed = crypto.seal("secret", place=PLACE)
    with pytest.raises(crypto.CannotOpen, match=r"does not belong to this place; set it again\.$"):
        crypto.unseal(sealed, place=place)


def test_a_tampered_value_does_not_open() -> None:
    key_id, _, encoded = crypto.seal("secret", place=PLACE).partition(":")
    raw = bytearray(base64.b64decode(encoded))
    raw[-1] ^= 1
    with pytest.raises(crypto.CannotOpen):
        crypto.unseal(f"{key_id}:{base64.b64encode(raw).decode()}", place=PLACE)


@pytest.mark.parametrize("sealed", ["old:", "old:AAAA", "old:not base64", "old:ä"])
def test_malformed_values_are_rejected(sealed: str) -> None:
    with pytest.raises(crypto.CannotOpen):
        crypto.unseal(sealed, place=PLACE)


def test_after_key_rotation_new_secrets_use_the_new_key_and_old_ones_still_open(settings: Settings) -> None:
    before = crypto.seal("secret", place=PLACE)
    settings.GOODWORD_FIELD_KEYS = {"new": b"n" * 32, "old": b"o" * 32}
    after = crypto.seal("secret", place=PLACE)
    assert (before.partition(":")[0], after.partition(":")[0]) == ("old", "new")
    assert crypto.unseal(before, place=PLACE) == crypto.unseal(after, place=PLACE) == "secret"


def test_a_missing_key_is_named_in_the_error(settings: Settings) -> None:
    sealed = crypto.seal("secret", place=PLACE)
    settings.GOODWORD_FIELD_KEYS = {"new": b"n" * 32}
    with pytest.raises(crypto.CannotOpen) as refused:
        crypto.unseal(sealed, place=PLACE)
    assert (
        str(refused.value)
        == "The key 'old' is not in GOODWORD_FIELD_KEYS; put it back or set the secret again."
    )


def test_tokens_are_long_url_safe_and_looked_up_by_hash() -> None:
    first, second = crypto.new_token(), crypto.new_token()
    assert len(first) == 43
    assert first != second
    assert first.replace("-", "").replace("_", "").isalnum()
    assert crypto.hash_token("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
