"""The client's public API: complete, independent of Django, without secrets."""

import subprocess
import sys

import pytest

import goodword.greenhouse.client as face
from goodword.greenhouse.client import HarvestApi, Token, V1Credentials, V3Credentials
from goodword.greenhouse.client.v1 import HarvestV1
from goodword.greenhouse.client.v3 import HarvestV3
from tests.contract.moments import Moments


def test_every_public_name_exists() -> None:
    assert [name for name in face.__all__ if not hasattr(face, name)] == []


@pytest.mark.programs
def test_the_client_imports_neither_django_nor_the_sandbox() -> None:
    code = (
        "import sys, goodword.greenhouse.client;"
        "print([m for m in sys.modules if m.split('.')[0] in ('django', 'greenhouse_sandbox')])"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


def test_repr_shows_no_secret() -> None:
    shown = repr(
        [V1Credentials("key-1"), V3Credentials("id-1", "secret-1", 7), Token("token-1", Moments().now())]
    )
    assert [secret for secret in ("key-1", "secret-1", "token-1") if secret in shown] == []
    assert "id-1" in shown


def test_both_adapters_implement_the_whole_protocol() -> None:
    members = {name for name in vars(HarvestApi) if not name.startswith("_")}
    for adapter in (HarvestV1, HarvestV3):
        assert [name for name in members if not hasattr(adapter, name)] == []
