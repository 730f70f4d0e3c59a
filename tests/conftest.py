"""A database cluster of the tests' own, started before the settings are read, and Django on top of it."""

import os
import tempfile
from pathlib import Path

import django
import pytest

from goodword.core import postgres

os.environ["GOODWORD_ENV"] = "test"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "goodword.settings")

_folder: tempfile.TemporaryDirectory[str] | None = None
_server: postgres.Server | None = None
if "DATABASE_URL" not in os.environ:
    _folder = tempfile.TemporaryDirectory(prefix="goodword-tests-")
    _server = postgres.start(Path(_folder.name), durable=False, who="pytest")
    os.environ["DATABASE_URL"] = _server.url

django.setup()


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """End the cluster, after everything that may hold a connection."""
    if _server is not None:
        _server.stop()
    if _folder is not None:
        _folder.cleanup()
