"""`goodword createadmin`, interactive or not."""

import getpass
import io
import sys
import threading
from typing import Protocol

import pytest
from django.db import connection, transaction

from goodword import cli
from goodword.accounts.models import Membership, Organisation, User
from tests.core.test_killed_worker import until
from tests.support import factories

pytestmark = pytest.mark.django_db
GOOD = "correct horse battery"


class Run(Protocol):
    """Run the command with this standard input. Returns exit status, stdout and stderr."""

    def __call__(self, *more: str, stdin: io.StringIO | None = None) -> tuple[int, str, str]: ...


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    def command(*more: str, stdin: io.StringIO | None = None) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "stdin", stdin or io.StringIO(f"{GOOD}\n"))
        who = ["--organisation", "Acme", "--email", "ana@acme.example", "--name", "Ana"]
        status = cli.main(["createadmin", *who, *more])
        said = capsys.readouterr()
        return status, said.out, said.err

    return command


NO_TERMINAL = (
    "There is no terminal to ask for a password. Add --password-stdin and pass it on standard input."
)
KEPT = "ana@acme.example already had an account, and keeps its password."
EXISTS = (
    "goodword: There is already an organisation named Acme. To add an admin to it, use --organisation acme. "
    "For a second organisation, choose another name.\n"
)
NEW = ("--password-stdin", "--time-zone", "America/New_York")


def test_it_creates_an_organisation_and_its_admin(run: Run) -> None:
    assert run(*NEW) == (0, "ana@acme.example is an admin of Acme (slug acme).\n", "")
    assert Organisation.objects.get().time_zone == "America/New_York"
    assert User.objects.get().check_password(GOOD)


def test_a_slug_adds_another_admin_to_the_organisation(run: Run) -> None:
    run(*NEW)
    again = run("--organisation", "acme", "--email", "bo@acme.example", "--password-stdin")
    assert again == (0, "bo@acme.example is an admin of Acme (slug acme).\n", "")
    assert (Organisation.objects.count(), Membership.objects.across_organisations().count()) == (1, 2)


@pytest.mark.world
@pytest.mark.parametrize("name", ["Acme", " ACME "])
def test_the_name_of_an_existing_organisation_is_rejected(run: Run, name: str) -> None:
    run(*NEW)
    status, said, error = run(*NEW, "--organisation", name, "--email", "bo@acme.example")
    assert (status, said, error) == (2, "", EXISTS)
    assert (Organisation.objects.count(), User.objects.count()) == (1, 1)


def test_an_organisation_created_while_the_password_is_typed_is_not_created_twice(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def type_password(_: str) -> str:
        if not Organisation.objects.exists():
            factories.organisation(name="Acme", slug="acme")
        return GOOD

    monkeypatch.setattr(getpass, "getpass", type_password)
    assert run("--time-zone", "Europe/Paris", stdin=Terminal()) == (2, "", EXISTS)
    assert (Organisation.objects.count(), User.objects.count()) == (1, 0)


@pytest.mark.django_db(transaction=True)
@pytest.mark.programs
@pytest.mark.parametrize("same", [True, False], ids=["same organisation", "same user"])
def test_the_second_of_two_at_once_is_told_what_to_do(run: Run, same: bool) -> None:
    """The first has not committed yet when the second starts."""
    ended: list[tuple[int, str, str]] = []

    def second() -> None:
        try:
            ended.append(run(*NEW, "--organisation", "Acme" if same else "Beta"))
        finally:
            connection.close()

    thread = threading.Thread(target=second)
    with transaction.atomic():
        made = factories.organisation(name="Acme", slug="acme")
        factories.member(made, email="ana@acme.example")
        thread.start()
        until(_is_blocked)
    thread.join()
    retry = (
        "goodword: This organisation or user was just created by another program. Run the command again.\n"
    )
    assert ended == [(2, "", EXISTS if same else retry)]
    assert (Organisation.objects.count(), User.objects.count()) == (1, 1)


def _is_blocked() -> bool:
    with connection.cursor() as cursor:
        # by this connection: other processes' tests use the same server
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
        )
        return bool(cursor.fetchone()[0])


def test_an_existing_admin_is_left_unchanged(run: Run) -> None:
    run(*NEW)
    status, said, _ = run(
        "--organisation", "acme", "--password-stdin", stdin=io.StringIO("another password\n")
    )
    assert status == 0
    assert said.startswith("ana@acme.example is already an admin of Acme. Nothing was changed")
    assert User.objects.get().check_password(GOOD)


@pytest.mark.world
def test_an_existing_user_keeps_the_password(run: Run) -> None:
    run(*NEW)
    assert run("--organisation", "Beta", "--time-zone", "UTC") == (
        0,
        f"ana@acme.example is an admin of Beta (slug beta). {KEPT}\n",
        "",
    )


def test_a_weak_password_creates_nothing(run: Run) -> None:
    assert run(*NEW, stdin=io.StringIO("short\n")) == (
        2,
        "",
        "goodword: This password is too short. It must contain at least 10 characters.\n",
    )
    assert Organisation.objects.count() == 0


def test_missing_options_are_named_when_there_is_no_terminal(run: Run) -> None:
    assert run("--password-stdin") == (
        2,
        "",
        "goodword: A new organisation needs a time zone: add --time-zone, as in --time-zone Europe/London.\n",
    )
    assert run("--time-zone", "Europe/London") == (
        2,
        "",
        f"goodword: {NO_TERMINAL}\n",
    )
    assert Organisation.objects.count() == 0


def test_a_terminal_prompts_until_the_time_zone_is_valid_and_twice_for_the_password(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def type_password(prompt: str) -> str:
        asked.append(prompt)
        return GOOD

    monkeypatch.setattr(getpass, "getpass", type_password)
    status, _, error = run(stdin=Terminal("Europe/Atlantis\nEurope/Paris\n"))
    assert (status, error) == (
        0,
        "Unknown time zone 'Europe/Atlantis'. Use UTC or one like Europe/London.\n",
    )
    assert asked == ["Password: ", "Password again: "]
    assert Organisation.objects.get().time_zone == "Europe/Paris"


def test_mismatched_passwords_create_nothing(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([GOOD, "correct horse batteries"])
    monkeypatch.setattr(getpass, "getpass", lambda _: next(answers))
    status, _, error = run("--time-zone", "Europe/Paris", stdin=Terminal())
    assert (status, error) == (2, "goodword: The passwords don't match. Run the command again.\n")
    assert Organisation.objects.count() == 0
