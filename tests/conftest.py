"""A database cluster of the tests' own, started before the settings are read, and Django on top of it."""

import atexit
import os
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import django
import hypothesis
import pytest
import pytest_django
from django.conf import settings
from django.db import connection

from tests.support import database

# Started in the background of a script, a run ignores Ctrl-C, and so would the programs that tests end by it.
signal.signal(signal.SIGINT, signal.default_int_handler)

# What a developer has exported for a `make demo` beside must not reach the tests, nor the tests its data.
for _name in list(os.environ):
    if _name.startswith("GOODWORD_") or _name in {"SANDBOX_PORT", "MAILBOX_PORT"}:
        del os.environ[_name]

# Hypothesis' limits on seconds would fail tests on a machine that is busy with something else.
hypothesis.settings.register_profile(
    "untimed", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("untimed")

_folder = tempfile.TemporaryDirectory(prefix="goodword-tests-")
if "DATABASE_URL" not in os.environ:
    _server = database.start(Path(_folder.name))
    # At the very end, after everything that may hold a connection, and also when what follows here fails.
    atexit.register(_server.stop)
    # Inherited by worker processes.
    os.environ |= {"DATABASE_URL": _server.url, "TESTS_TEMPLATE": database.TEMPLATE}

os.environ["GOODWORD_ENV"] = "test"
os.environ["GOODWORD_DATA"] = _folder.name
os.environ["GOODWORD_BUILT_STATIC"] = str(database.CACHE / "built")
os.environ["DJANGO_SETTINGS_MODULE"] = "goodword.settings"
django.setup()
# Commands that tests run in this process set Django up again. Configuring logging a second time would take away
# pytest's handlers and write to the stderr captured from one test, which is closed afterwards.
settings.LOGGING_CONFIG = None

if _template := os.environ.get("TESTS_TEMPLATE"):
    connection.settings_dict["TEST"]["TEMPLATE"] = _template

# Signing in is tested with real passwords, but not with the real slowness of their hashes.
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# On every page that a test opens, Enter must press the main button of its forms.
settings.MIDDLEWARE = [*settings.MIDDLEWARE, "tests.support.default_buttons.Watch"]


@pytest.fixture(autouse=True)
def no_jobs_of_others(
    request: pytest.FixtureRequest, django_db_blocker: pytest_django.DjangoDbBlocker
) -> Iterator[None]:
    """Empty the queue after a test that commits: Django's flush leaves alone what no model of ours manages."""
    yield
    marker = request.node.get_closest_marker("django_db")
    if (marker and marker.kwargs.get("transaction")) or "transactional_db" in request.fixturenames:
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_periodic_defers; DELETE FROM procrastinate_jobs")
