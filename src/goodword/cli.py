"""The command `goodword`: runs the programs and defines small commands. The others are in `goodword/commands/`, by
topic."""

import argparse
import errno
import os
import pwd
import sys
from collections.abc import Sequence
from http.client import HTTPConnection, HTTPException
from importlib.util import find_spec
from io import TextIOWrapper
from pathlib import Path

from django.db import DatabaseError, connections

from goodword.commands import accounts, backup, data, evidence, jobs, mails
from goodword.commands.database import checked_database_for, set_up
from goodword.core import database, database_migrations, environment, process, startup
from goodword.core.database_settings import TimeLimitExceeded
from goodword.core.environment import SettingError
from goodword.core.notices import is_json, say
from goodword.core.postgres import PostgresError
from goodword.core.supervise import PortInUse, up
from goodword.core.web_processes import serve

#: commands whose messages on standard error are log lines
_LOGGED = ("up", "serve", "worker", "migrate")
#: seconds; /readyz responds within two
_TIMEOUT = 4


def is_ready() -> tuple[bool, str]:
    """Return whether /readyz responds with 200, and its body or the reason why there is none. Raises SettingError."""
    host = environment.base_url("GOODWORD_BASE_URL", None, https=False).netloc
    connection = HTTPConnection("127.0.0.1", environment.port("GOODWORD_PORT", 8000), timeout=_TIMEOUT)
    try:
        connection.request("GET", "/readyz", headers={"Host": host})
        answer = connection.getresponse()
        return answer.status == 200, answer.read().decode(errors="replace")
    except (OSError, HTTPException) as error:
        return False, f"No answer from the web server: {error}"
    finally:
        connection.close()


DJANGO = ("makemigrations", "shell", "dbshell", "collectstatic", "check", "showmigrations", "build_fonts")
WRITE_FILES = ("collectstatic", "build_fonts")
#: checked first, since the pool would try to connect for 20 seconds; some checks of models need the server's version
NEED_DATABASE = ("makemigrations", "check", "showmigrations")
#: options with which these commands need no database: help, checks of chosen tags, no checks
WITHOUT_DATABASE = ("-h", "--help", "-t", "--tag", "--skip-checks")
#: errors for a file that this user can't access
_NO_ACCESS = (errno.EACCES, errno.EPERM, errno.EROFS)
#: errors for an invalid path of a file
_NO_PATH = (errno.ENAMETOOLONG, errno.ELOOP, errno.ENOTDIR, errno.EISDIR)
#: exit status that a shell reports for a program ended by SIGPIPE
PIPE_CLOSED = 141
#: seconds for running jobs to finish after a signal; long ones stop at their next batch
GRACE = 30.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return the exit status. Errors that an operator can correct are printed as a sentence, without
    a traceback: status 2, or 1 if the disk is full or the database fails."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if isinstance(
        sys.stdout, TextIOWrapper
    ):  # names of organisations may not exist in the terminal's encoding
        sys.stdout.reconfigure(errors="backslashreplace")
    if given[:1] == ["returned-mail"]:
        return _handle_returned_mail(given)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "goodword.settings")
    try:
        if given and given[0] in DJANGO:
            return _django(given)
        options = _parser().parse_args(given)
        status = int(options.run(options) or 0)
        if sys.stdout is not None:
            sys.stdout.flush()
        return status
    except (SettingError, PostgresError, PortInUse) as error:
        _complain(given, str(error))
        return 2
    except BrokenPipeError:  # as in `goodword jobs list | head -n 1`
        _discard_output()
        return PIPE_CLOSED
    except OSError as error:
        return _refuse_file(given, error)
    except UnicodeEncodeError as error:
        # surrogates are what Python makes of other bytes in arguments and input
        if error.reason != "surrogates not allowed":
            raise
        _complain(given, "an argument or the input isn't valid UTF-8. Use a UTF-8 locale (LANG=C.UTF-8).")
        return 2
    except DatabaseError as error:
        _complain(given, _database_problem(error))
        return 1
    except KeyboardInterrupt:
        return 130


def _complain(given: Sequence[str], text: str) -> None:
    if given and given[0] in _LOGGED:
        say(text, level="CRITICAL")
    else:
        print(f"goodword: {text}", file=sys.stderr)


def _refuse_file(given: Sequence[str], error: OSError) -> int:
    """Print what to do about a file that can't be used, and return the exit status. Reraises other errors."""
    if error.errno in _NO_ACCESS and error.filename:
        _complain(
            given,
            f"{error.filename} can't be used: {error.strerror}. Goodword runs as the user {_user()}: give it access, "
            "or choose another place.",
        )
        return 2
    if error.errno in _NO_PATH and error.filename:
        _complain(given, f"{error.filename} can't be used: {error.strerror}. Choose another place.")
        return 2
    if error.errno not in (errno.ENOSPC, errno.EDQUOT):
        raise error
    _discard_output()
    _complain(given, f"{error.filename or 'a file or the output'} can't be written: {error.strerror}.")
    return 1


def _database_problem(error: DatabaseError) -> str:
    """Reraises errors that are not the operator's."""
    message = database.first_line(error)
    if isinstance(error.__cause__, TimeLimitExceeded):
        return f"a time limit of PostgreSQL has ended this: {message}. `goodword doctor` shows the role's limits."
    if not database.is_outage(error):
        raise error
    return f"the database can't be used: {message}"


def _user() -> str:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:  # for example in a container
        return str(os.geteuid())


def _discard_output() -> None:
    """Discard buffered output, which Python would otherwise write at exit and fail again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _handle_returned_mail(given: list[str]) -> int:
    """Return 0, or 75 so that the mail server retries. Any other status would bounce the message."""
    from goodword.notifications.returned_mail import TRY_LATER

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "goodword.settings")
    # an address may start with a hyphen, like an option
    if given[1:2] == ["--sent-to"] and len(given) == 3:
        given = [given[0], f"--sent-to={given[2]}"]
    try:
        options = _parser().parse_args(given)
    except SystemExit as ended:  # from the parser: 0 after --help, 2 after a wrong option
        return TRY_LATER if ended.code else 0
    return _returned_mail(options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="goodword",
        description="Candidate assessments and reference checks, driven from Greenhouse.",
        epilog=f"Also: {', '.join(DJANGO)}. Settings are read from the environment: see docs/settings.md.",
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    def command(name: str, help_text: str, run: object) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=help_text, description=help_text)
        sub.set_defaults(run=run)
        return sub

    command("version", "Print the installed version.", _version)
    demo = command(
        "demo", "Start Goodword with a Greenhouse sandbox and a mailbox, and play a sample story.", _demo
    )
    demo.add_argument(
        "--once", action="store_true", help="play it with fresh data, print the outcome as JSON and exit"
    )
    demo.add_argument("--v1", action="store_true", help="connect with a Harvest API key (v1) instead of v3")
    command(
        "up",
        "Run web server and worker together, with the embedded PostgreSQL unless DATABASE_URL is set.",
        _up,
    )
    web = command("serve", "Run the web server.", _serve)
    web.add_argument("--host", default="127.0.0.1")
    web.add_argument("--port", type=_port, default=None, help="default: GOODWORD_PORT, else 8000")
    web.add_argument("--processes", type=_positive, default=1, help="number of processes sharing the socket")
    worker = command(
        "worker", "Run background jobs. Start as many workers as you need, on any host.", _worker
    )
    worker.add_argument(
        "--concurrency", type=_positive, default=None, help="jobs at once (GOODWORD_WORKER_CONCURRENCY, 8)"
    )
    worker.add_argument(
        "--grace",
        type=_seconds,
        default=GRACE,
        metavar="SECONDS",
        help=f"grace period for running jobs after a signal ({GRACE:.0f})",
    )
    migrate = command("migrate", "Migrate the database to this version.", _migrate)
    migrate.add_argument(
        "--wait",
        action="store_true",
        help="wait for an unreachable database, as serve and worker do",
    )
    made = command(
        "make-secrets",
        "Create the secrets of a new installation as files, for the settings NAME_FILE. Existing files are left alone.",
        _make_secrets,
    )
    made.add_argument("folder", type=Path)
    made.add_argument(
        "--database",
        required=True,
        metavar="URL",
        help="without a password: postgresql://goodword@database/goodword",
    )
    command(
        "ready",
        "Ask the web server on this machine whether it is ready (/readyz); exit status 1 if it isn't.",
        _ready,
    )
    forget = command("forget-field-key", "Give up a lost key of GOODWORD_FIELD_KEYS.", _forget_field_key)
    forget.add_argument("id", help="its id, as in id:base64")
    accounts.add(command)  # createadmin, recover-sign-in
    signing = command(
        "signing-certificate",
        "Show which certificate signs reports; exit status 1 if the one in the settings can't be used.",
        _signing_certificate,
    )
    signing.add_argument(
        "--rotate", action="store_true", help="replace this installation's own key and certificate"
    )
    doctor = command(
        "doctor",
        "Check this installation and say what to do; exit status 1 if something is broken.",
        _doctor,
    )
    doctor.add_argument("--json", action="store_true", help="print the findings as JSON")
    jobs.add(command)
    mails.add(command)
    lists = command(
        "check-lists",
        "Check that the values behind candidate lists match the steps; exit status 1 if they don't.",
        _check_lists,
    )
    lists.add_argument("--repair", action="store_true", help="correct the differences")
    back = command(
        "returned-mail",
        "Read a bounce message from standard input and record which mail bounced.",
        _returned_mail,
    )
    back.add_argument(
        "--sent-to",
        default="",
        metavar="ADDRESS",
        help="the envelope recipient, if the mail server passes it on",
    )
    evidence.add(command)  # evidence, manual
    backup.add(command)  # backup, restore, erasures, go-live, move-to-server, upgrade-postgres
    data.add(command)  # rotate-keys, prune, export-organisation, delete-organisation
    return parser


def _port(given: str) -> int:
    return _in(given, range(1, environment.LARGEST_PORT + 1))


def _positive(given: str) -> int:
    return _in(given, range(1, environment.MOST + 1))


def _in(given: str, numbers: range) -> int:
    if not given.isdecimal() or int(given) not in numbers:
        raise argparse.ArgumentTypeError(f"{given!r} is not a number from {numbers[0]} to {numbers[-1]}")
    return int(given)


def _seconds(given: str) -> float:
    try:
        found = float(given)
    except ValueError:
        found = -1
    if not 0 <= found <= environment.MOST:  # also nan
        raise argparse.ArgumentTypeError(f"{given!r} is not a number of seconds")
    return found


def _django(arguments: Sequence[str]) -> int:
    from django.core.management import execute_from_command_line

    if arguments[0] in WRITE_FILES:
        startup.check_writable(environment.data_folder())
        # neither command uses the database, and `goodword up` starts it after them
        if not environment.text("DATABASE_URL", ""):
            os.environ["DATABASE_URL"] = environment.NO_DATABASE
    if arguments[0] in NEED_DATABASE and not any(
        argument.startswith(WITHOUT_DATABASE) for argument in arguments
    ):
        startup.check_database()
    execute_from_command_line(["goodword", *arguments])
    return 0


def _up(_: argparse.Namespace) -> int:
    startup.check_writable(environment.data_folder())
    _check_before_database()
    return up()


def _check_before_database() -> None:
    """Raise SettingError for invalid settings or missing static files, before anything is created or migrated."""
    embedded = not environment.text("DATABASE_URL", "")
    if embedded:
        os.environ["DATABASE_URL"] = environment.NO_DATABASE
    try:
        startup.check_static_files()
    finally:
        if embedded:
            del os.environ["DATABASE_URL"]


def _serve(options: argparse.Namespace) -> int:
    process.set_up()
    startup.check_static_files()
    startup.wait_for_database()
    from django.conf import settings

    from goodword.accounts.first_admin import announcement
    from goodword.core import installation

    installation.check_may_serve()
    if settings.PRODUCTION and (message := announcement()):
        say(message) if is_json() else print(message, flush=True)
    connections.close_all()  # the serving processes must not inherit them
    return serve(port=options.port, host=options.host, processes=options.processes)


def _worker(options: argparse.Namespace) -> int:
    process.set_up()
    startup.wait_for_database()
    connections.close_all()
    from goodword.core.worker import work

    return work(options.concurrency, grace=options.grace)


def _migrate(options: argparse.Namespace) -> int:
    process.set_up()
    if options.wait:
        startup.wait_for_database(migrated=False)
    else:
        startup.check_database()
    database_migrations.migrate()
    from goodword.core import clock, crypto
    from goodword.reports.signing.keys import ensure_key

    crypto.check_field_keys()
    ensure_key(now=clock.now())
    return 0


def _version(_: argparse.Namespace) -> int:
    from goodword.core.version import VERSION

    print(VERSION)
    return 0


def _make_secrets(options: argparse.Namespace) -> int:
    from goodword.core.secret_files import CannotMake, make_secrets

    try:
        made = make_secrets(options.folder, options.database)
    except CannotMake as error:
        print(f"goodword: {error}", file=sys.stderr)
        return 2
    print(f"Created in {options.folder}: {', '.join(made)}" if made else f"{options.folder} has all secrets.")
    return 0


def _ready(_: argparse.Namespace) -> int:
    ready, reply = is_ready()
    print(reply)
    return 0 if ready else 1


def _forget_field_key(options: argparse.Namespace) -> int:
    # without its key, `goodword up` doesn't start
    with checked_database_for("goodword forget-field-key"):
        from goodword.core import crypto

        lost = crypto.forget_field_key(options.id)
    print(
        f"The key {options.id!r} is forgotten. {lost} secrets of Greenhouse can no longer be decrypted: in Settings > "
        "Integrations, replace the keys and rotate the secret keys. Do-not-contact entries that need it are lost, and "
        "members whose authenticator app it encrypted need `goodword recover-sign-in`."
    )
    return 0


def _doctor(options: argparse.Namespace) -> int:
    from goodword.core.doctor.command import doctor

    return doctor(as_json=options.json)


def _signing_certificate(options: argparse.Namespace) -> int:
    set_up()
    from goodword.core import clock
    from goodword.reports.signing.keys import signing_certificate

    return signing_certificate(rotate=options.rotate, now=clock.now())


def _check_lists(options: argparse.Namespace) -> int:
    set_up()
    from goodword.workspace.lists import repair

    if options.repair:
        print(f"Repaired: {repair.repair()}")
        return 0
    wrong = len(repair.different())
    print(f"Wrong or missing: {wrong}")
    return 1 if wrong else 0


def _returned_mail(options: argparse.Namespace) -> int:
    from goodword.notifications.returned_mail import main as returned_mail

    return returned_mail(sent_to=options.sent_to)


def _demo(options: argparse.Namespace) -> int:
    missing = [name for name in ("aiosmtpd", "flask", "greenhouse_sandbox") if find_spec(name) is None]
    if missing:
        print(
            f"goodword: the demo needs {', '.join(missing)}. Install it with the extra: goodword[demo].",
            file=sys.stderr,
        )
        return 2
    from goodword.demo.actions import Api
    from goodword.demo.run import demo, demo_once

    api: Api = "v1" if options.v1 else "v3"
    return demo_once(api=api) if options.once else demo(api=api)


if __name__ == "__main__":
    sys.exit(main())
