"""A database cluster for the tests, started before the settings are read, and Django on top of it."""

import atexit
import gc
import json
import os
import signal
import tempfile
from collections import defaultdict
from collections.abc import Generator, Iterator
from contextlib import nullcontext, suppress
from importlib import import_module
from pathlib import Path

import django
import hypothesis
import pytest
from _pytest.runner import runtestprotocol
from django.conf import settings
from django.db import connection
from django.test import TransactionTestCase
from pytest_django import DjangoDbBlocker
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from goodword.core.process import in_one_piece
from tests.support import database, worlds

# While modules are imported and tests collected, collecting garbage would take a third of the time.
gc.disable()

# A run started in the background of a script ignores Ctrl-C, and so would the programs that tests end with it.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Settings that a developer has exported for a demo must not reach the tests, and tests must not reach its data.
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
    # Stop at the very end, after everything that may hold a connection, and also if the code below fails.
    atexit.register(_server.stop)
    # Inherited by worker processes.
    os.environ |= {"DATABASE_URL": _server.url, "TESTS_TEMPLATE": database.TEMPLATE}

if "TESTS_LOOKED" not in os.environ:  # see tests/browser/looking.py
    _looked = Path(_folder.name) / "looked"
    _looked.mkdir()
    os.environ["TESTS_LOOKED"] = str(_looked)

os.environ["GOODWORD_ENV"] = "test"
os.environ["GOODWORD_DATA"] = _folder.name
os.environ["GOODWORD_BUILT_STATIC"] = str(database.CACHE / "built")
os.environ["DJANGO_SETTINGS_MODULE"] = "goodword.settings"
django.setup()
# Commands that tests run in this process set Django up again. Configuring logging a second time would take away
# pytest's handlers and write to the stderr captured from one test, which is closed afterwards.
settings.LOGGING_CONFIG = None

from goodword.core import installation  # noqa: E402 - its models need Django
from goodword.core.events import rows_only  # noqa: E402 - the same

# Signing in is tested with real passwords, but not with the real slowness of their hashes.
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

TransactionTestCase._fixture_teardown = database.empty  # type: ignore[attr-defined]  # private, so not in the stubs

# On every page that a test opens, Enter must press the main button of its forms.
settings.MIDDLEWARE = [*settings.MIDDLEWARE, "tests.support.default_buttons.Watch"]


#: the longest files, in the order of their seconds: begun first, so that all processes end at about the same time
LONGEST = (
    "tests/torture/test_torture.py",
    "tests/browser/test_timed_parts.py",
    "tests/browser/test_portal_effort.py",
    "tests/browser/test_questionnaire_editor.py",
    "tests/browser/test_newcomer.py",
    "tests/browser/test_article_v3.py",
    "tests/browser/test_referee.py",
    "tests/browser/test_test_editors.py",
    "tests/browser/test_gallery.py",
    "tests/browser/test_automation.py",
    "tests/browser/test_connecting.py",
    "tests/browser/test_plan.py",
    "tests/browser/test_enter.py",
    "tests/browser/test_candidate_references.py",
    "tests/browser/test_library_tests.py",
    "tests/browser/test_check_actions.py",
    "tests/browser/test_results_of_assessments.py",
    "tests/browser/test_taking_an_assessment.py",
    "tests/flow/test_story.py",
    "tests/demo/test_demo.py",
    "tests/core/test_database_outage.py",
    "tests/workspace/test_malformed_input.py",
    "tests/workspace/test_comparison.py",
    "tests/workspace/needs_you/test_needs.py",
    "tests/workspace/test_access_by_url.py",
    "tests/greenhouse/reconciliation/test_missed_invitations.py",
    "tests/workflow/test_changed_job.py",
    "tests/flow/test_erasure_and_export.py",
)
#: folders whose tests read all sources, which one process then does once
TOGETHER = ("tests/architecture/",)
_seconds: defaultdict[str, float] = defaultdict(float)


class ByFile(LoadFileScheduling):  # type: ignore[misc]  # the library has no types
    """Assigns a file at a time, and these folders as a whole."""

    def _split_scope(self, nodeid: str) -> str:
        return next((one for one in TOGETHER if nodeid.startswith(one)), super()._split_scope(nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadFileScheduling | None:
    return ByFile(config, log) if config.option.dist == "loadfile" else None


def pytest_collection(session: pytest.Session) -> None:
    """Import a share of the test modules, so that in a fresh checkout each process compiles some of them for all."""
    config = session.config
    if not (worker := getattr(config, "workerinput", None)):
        return
    place, count = int(worker["workerid"].removeprefix("gw")), worker["workercount"]
    ignored = {Path(name).absolute() for name in config.option.ignore or ()}
    files = sorted(
        file
        for name in config.args
        for file in Path(name).absolute().rglob("test_*.py")
        if ignored.isdisjoint(file.parents)
    )
    for file in files[place::count]:
        name = ".".join(file.relative_to(config.rootpath).with_suffix("").parts)
        if name.startswith("tests."):
            with suppress(Exception):  # collecting reports it
                import_module(name)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark all but the first case of a matrix as slow, deselect exhaustive tests unless requested, and start parallel
    runs with the longest files.
    """
    begun: set[str] = set()
    for item in items:
        name = item.nodeid.partition("[")[0]
        if name in begun:
            item.add_marker("slow")
        elif item.get_closest_marker("matrix") or (name != item.nodeid and _uses_database(item)):
            begun.add(name)
    if "exhaustive" not in config.option.markexpr:
        left_out = [item for item in items if item.get_closest_marker("exhaustive")]
        if left_out:
            config.hook.pytest_deselected(items=left_out)
            items[:] = [item for item in items if not item.get_closest_marker("exhaustive")]
    if hasattr(config, "workerinput"):
        rank = {name: number for number, name in enumerate(LONGEST)}
        items.sort(key=lambda item: rank.get(item.nodeid.partition("::")[0], len(rank)))


def _uses_database(item: pytest.Item) -> bool:
    return item.get_closest_marker("django_db") is not None or "_django_db_helper" in getattr(
        item, "fixturenames", ()
    )


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest, django_test_environment: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """Give this process a copy of the migrated database. Django would also load all migrations to find none missing."""
    template, process = os.environ.get("TESTS_TEMPLATE"), os.environ.get("PYTEST_XDIST_WORKER", "gw")
    if not template:
        yield request.getfixturevalue("django_db_setup")
        return
    creation = connection.creation
    with django_db_blocker.unblock():
        creation.clone_test_db(process, verbosity=0, autoclobber=True)
    connection.settings_dict["NAME"] = creation.get_test_db_clone_settings(process)["NAME"]
    yield
    with django_db_blocker.unblock():
        creation.destroy_test_db(template, verbosity=0)


def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool:
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    # as if a page had been shown before; otherwise the first test to show one would count its query
    installation._read = (0.0, installation.Mode.WORKING)
    with worlds.running(item):
        in_one_piece(runtestprotocol)(item, nextitem=nextitem)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef[object]) -> Generator[None, object, object]:
    with worlds.preparing() if fixturedef.scope != "function" else nullcontext():
        return (yield)


@pytest.fixture
def reactions_later() -> Iterator[None]:
    """No reaction runs in the transaction of its event: all wait for a worker, as after a failure."""
    with rows_only():
        yield


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop() -> None:
    """Collect garbage again, but only objects of the tests, and less often than programs do."""
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)
    gc.enable()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Add up the wall time of the test with its set-up and teardown."""
    _seconds[report.nodeid] += report.duration


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the slowest tests and files of this `make test` so far."""
    if "TESTS_DURATIONS" not in os.environ:
        return
    kept = Path(os.environ["TESTS_DURATIONS"])
    tests = {**(json.loads(kept.read_text()) if kept.exists() else {}), **_seconds}
    kept.write_text(json.dumps(tests))
    files: defaultdict[str, float] = defaultdict(float)
    for name, seconds in tests.items():
        files[name.partition("::")[0]] += seconds
    for what, found in {"tests": tests, "files": files}.items():
        terminalreporter.section(f"slowest {what}")
        for name, seconds in sorted(found.items(), key=lambda one: -one[1])[:10]:
            terminalreporter.write_line(f"{seconds:7.1f} s  {name}")
