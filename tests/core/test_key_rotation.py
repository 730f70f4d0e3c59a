"""After `goodword rotate-keys`, all data can be read without the old field key."""

import psycopg
import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.utils import decrypt
from pytest_django.fixtures import Settings

from goodword.cli import main
from goodword.core import crypto, key_rotation, process
from goodword.core.environment import SettingError
from goodword.core.models import HashKey
from goodword.greenhouse.client import V1Credentials
from goodword.greenhouse.models import Connection, WebhookSecret
from goodword.notifications.domain.bounces import mark_of, marked_in
from goodword.references.domain.requests import has_opted_out, store_opt_out
from goodword.references.flags.traces import _hash
from goodword.reports.signing.keys import current_signer, ensure_key
from tests.core.test_field_keys import K1, K2, OTHER, canaries, connected, delivered
from tests.core.test_killed_worker import here
from tests.greenhouse.world import SECRET
from tests.support import factories

NOW = factories.NOW
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def one_key(settings: Settings) -> None:
    settings.GOODWORD_FIELD_KEYS = {"k1": K1}


class World:
    """One of each kind of stored secret and keyed hash, created with the first key."""

    def __init__(self) -> None:
        self.connection = connected()
        self.connection.token = self.connection.seal("token", "a token")
        self.connection.save()
        self.organisation = self.connection.organisation
        self.user = factories.member(self.organisation).user
        TOTP.activate(self.user, "A" * 32)
        RecoveryCodes.activate(self.user)
        self.codes = self._recovery_codes()
        ensure_key(now=NOW)
        self.signer = current_signer(now=NOW).row.fingerprint
        store_opt_out(organisation=self.organisation, address="ref@example.com", now=NOW)
        self.mark = mark_of(12)
        self.device = _hash(self.organisation.pk, "a browser")
        crypto.check_field_keys()

    def _recovery_codes(self) -> list[str]:
        rows = Authenticator.objects.get(user=self.user, type=Authenticator.Type.RECOVERY_CODES)
        codes: list[str] = RecoveryCodes(rows).generate_codes()
        return codes

    def check(self) -> None:
        connection = Connection.objects.of(self.organisation).get()
        assert connection.credentials() == V1Credentials("a-key")
        assert connection.unseal("token", connection.token) == "a token"
        assert WebhookSecret.objects.of(self.organisation).get().reveal() == SECRET
        app = Authenticator.objects.get(user=self.user, type=Authenticator.Type.TOTP)
        assert decrypt(app.data["secret"]) == "A" * 32
        assert self._recovery_codes() == self.codes
        assert current_signer(now=NOW).row.fingerprint == self.signer
        assert has_opted_out(organisation=self.organisation, address="Ref+x@example.com")
        assert not has_opted_out(organisation=self.organisation, address="other@example.com")
        assert marked_in(f"goodword-{self.mark}@example.com") == 12
        assert _hash(self.organisation.pk, "a browser") == self.device


def test_everything_can_be_read_without_the_old_key(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    world = World()
    settings.GOODWORD_FIELD_KEYS = {"k2": K2, "k1": K1}
    assert main(["rotate-keys"]) == 0
    assert capsys.readouterr().out == (
        "Re-encrypted: 6.\nRemove from GOODWORD_FIELD_KEYS, and restart all programs: k1.\n"
    )
    world.check()
    settings.GOODWORD_FIELD_KEYS = {"k2": K2}
    crypto.check_field_keys()
    world.check()
    assert delivered(world.connection) == 200
    assert canaries() == ["k2"]


@pytest.mark.world
def test_keyed_hashes_outlive_a_second_rotation(settings: Settings) -> None:
    world = World()
    for new, old in (("k2", "k1"), ("k3", "k2")):
        settings.GOODWORD_FIELD_KEYS = {new: new.encode() * 16} | settings.GOODWORD_FIELD_KEYS
        assert key_rotation.rotate_keys().removable == [old]
        settings.GOODWORD_FIELD_KEYS = {new: new.encode() * 16}
        world.check()
    assert {row.sealed.partition(":")[0] for row in HashKey.objects.all()} == {"k3"}


class Once:
    """Allows one batch, then stops."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self) -> None:
        self.calls += 1
        if self.calls > 1:
            raise KeyboardInterrupt


@pytest.mark.world
def test_an_interrupted_rotation_continues(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    settings.GOODWORD_FIELD_KEYS = {"k2": K2, "k1": K1}
    for left in (4, 3, 2, 1):
        monkeypatch.setattr(process, "check_stop", Once())
        with pytest.raises(KeyboardInterrupt):
            key_rotation.rotate_keys()
        world.check()  # with both keys, whatever has been converted
        assert canaries() == ["k1"]
        assert sum(len(sealed_row.old("k2:")) for sealed_row in key_rotation._sealed_rows) == left
    monkeypatch.undo()
    assert key_rotation.rotate_keys().removable == ["k1"]
    settings.GOODWORD_FIELD_KEYS = {"k2": K2}
    world.check()


@pytest.mark.world
def test_hashes_outlive_a_rotation_whose_new_key_was_lost(settings: Settings) -> None:
    world = World()
    settings.GOODWORD_FIELD_KEYS = {"k2": K2, "k1": K1}
    key_rotation._keep_hash_keys()
    crypto.check_field_keys()  # and killed
    settings.GOODWORD_FIELD_KEYS = {"k1": K1}
    crypto.forget_field_key("k2")
    settings.GOODWORD_FIELD_KEYS = {"k3": OTHER, "k1": K1}
    done = key_rotation.rotate_keys()
    assert (done.lost, done.removable) == (0, ["k1"])
    settings.GOODWORD_FIELD_KEYS = {"k3": OTHER}
    world.check()


def test_two_rotations_do_not_run_at_once(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    World()
    settings.GOODWORD_FIELD_KEYS = {"k2": K2, "k1": K1}
    with psycopg.connect(here()["DATABASE_URL"]) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [key_rotation._ROTATING])
        assert main(["rotate-keys"]) == 2
    assert capsys.readouterr().err == (
        "goodword: Another `goodword rotate-keys` is running. Wait for it, then run this again.\n"
    )
    assert main(["rotate-keys"]) == 0


@pytest.mark.world
def test_a_program_that_still_seals_with_the_old_key_keeps_it_needed(settings: Settings) -> None:
    world = World()
    settings.GOODWORD_FIELD_KEYS = {"k2": K2, "k1": K1}
    key_rotation.rotate_keys()
    settings.GOODWORD_FIELD_KEYS = {"k1": K1}  # not restarted since
    connection = Connection.objects.of(world.organisation).get()
    connection.token = connection.seal("token", "a token")
    connection.save()
    settings.GOODWORD_FIELD_KEYS = {"k2": K2}
    with pytest.raises(SettingError, match="lacks the key 'k1'"):
        crypto.check_field_keys()
    settings.GOODWORD_FIELD_KEYS = {"k2": K2, "k1": K1}
    assert key_rotation.rotate_keys().sealed == 1
    settings.GOODWORD_FIELD_KEYS = {"k2": K2}
    crypto.check_field_keys()
    world.check()


def test_undecryptable_data_is_counted_and_left(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    world = World()
    settings.GOODWORD_FIELD_KEYS = {"k2": K2, "k1": K1}
    Connection.objects.of(world.organisation).update(token="k0:AAAA")
    assert main(["rotate-keys"]) == 1
    assert "Can't be decrypted with any listed key: 1." in capsys.readouterr().out
    assert Connection.objects.of(world.organisation).get().token == "k0:AAAA"


def test_with_a_single_key_there_is_nothing_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    World()
    assert main(["rotate-keys"]) == 0
    assert capsys.readouterr().out == "Re-encrypted: 0.\n"
    assert not HashKey.objects.exists()
