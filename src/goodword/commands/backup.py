"""The commands `goodword backup`, `restore`, `erasures`, `go-live`, `move-to-server` and `upgrade-postgres`."""

import argparse
import os
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from goodword.commands import NO_OUTPUT, AddCommand
from goodword.commands.database import checked_database_for, database_for
from goodword.core import environment, postgres, process
from goodword.core.database import disconnect
from goodword.core.postgres import upgrade
from goodword.core.supervise import leave_on_terminate

if TYPE_CHECKING:
    from goodword.core.backup.dump import Made
    from goodword.core.backup.erasures import Erased
    from goodword.core.postgres.layout import Layout


def add(command: AddCommand) -> None:
    backup = command("backup", "Back up the database to a file.", _backup)
    backup.add_argument(
        "file",
        nargs="?",
        default="",
        metavar="FILE",
        help="a new file, a folder, or - for standard output; default: a new file in GOODWORD_BACKUPS",
    )
    backup.add_argument(
        "--encrypt-to",
        action="append",
        default=[],
        metavar="RECIPIENT",
        help="encrypt for this key of age (age1..., ssh-...) or gpg (address, fingerprint); repeatable",
    )
    restore = command("restore", "Restore a backup into an empty database.", _restore)
    restore.add_argument("file", type=Path, metavar="FILE")
    restore.add_argument(
        "--identity", type=Path, metavar="FILE", help="age's key, if the backup is encrypted by age"
    )
    restore.add_argument(
        "--for-looking",
        action="store_true",
        help="for inspection only: send no mail or notes and run no jobs until `goodword go-live`",
    )
    listed = restore.add_mutually_exclusive_group()
    listed.add_argument(
        "--erasures",
        type=Path,
        metavar="FILE",
        help="repeat the erasures in this list of `goodword erasures`; default: erasures.jsonl beside the backup",
    )
    listed.add_argument(
        "--no-erasures",
        action="store_true",
        help="restore without such a list: people who have been erased since the backup are back",
    )
    restore.add_argument(
        "--key-lost",
        action="store_true",
        help="restore although a field key is missing; its secrets are lost",
    )
    restore.add_argument(
        "--check",
        action="store_true",
        help="read the whole backup and the list of erasures, say whether it can be restored, and change nothing",
    )
    erasures = command(
        "erasures",
        "List the ids of all erasures, for `goodword restore --erasures`. Keep it apart from backups.",
        _erasures,
    )
    erasures.add_argument("file", nargs="?", default="-", metavar="FILE", help="default: standard output")
    live = command(
        "go-live", "Let a copy restored with --for-looking run jobs and send mail and notes.", _go_live
    )
    live.add_argument("--yes", action="store_true", help="do it; otherwise only say what is waiting")
    live.add_argument(
        "--erasures",
        type=Path,
        metavar="FILE",
        help="first repeat the erasures in this list of `goodword erasures`",
    )
    move = command(
        "move-to-server", "Move the embedded database to an empty database on another server.", _move
    )
    move.add_argument("url", metavar="URL", help="the new DATABASE_URL")
    upgrade = command(
        "upgrade-postgres",
        "Upgrade the embedded database to the installed major version of PostgreSQL.",
        _upgrade,
    )
    upgrade.add_argument(
        "--programs",
        type=Path,
        metavar="FOLDER",
        help="where the old version's `postgres` is; default: /usr/lib/postgresql/VERSION/bin",
    )


def _backup(options: argparse.Namespace) -> int:
    if options.file == "-" and sys.stdout is None:
        return _refuse(NO_OUTPUT)
    leave_on_terminate()  # so that no partial file is left
    with checked_database_for("goodword backup"):
        from goodword.core import clock
        from goodword.core.backup import dump
        from goodword.core.backup.programs import BackupError, ConnectionParameters

        now = clock.real()
        try:
            if options.file == "-":
                uid = dump.write(
                    ConnectionParameters.of_django(),
                    sys.stdout.buffer,
                    recipients=options.encrypt_to,
                    now=now,
                )
                sys.stdout.buffer.flush()
                _record(dump.Made(uid, None, 0), now=now)
                return 0
            made = dump.back_up(
                ConnectionParameters.of_django(),
                _new_file(options.file, now=now),
                recipients=options.encrypt_to,
                now=now,
            )
        except BrokenPipeError:
            return _refuse("the program that reads the backup has ended; it is not complete.")
        except BackupError as error:
            return _refuse(str(error))
        _record(made, now=now)
        print(
            f"{made.path}: {shown_size(made.size)}. GOODWORD_FIELD_KEYS is not in it: keep a copy somewhere else."
        )
        return 0


def _record(made: "Made", *, now: datetime) -> None:
    """Record a finished backup. If the database can't (a standby, a full disk), the backup is still good."""
    from django.db import DatabaseError

    from goodword.core import database
    from goodword.core.backup import nightly

    try:
        nightly.record(made, now=now)
    except DatabaseError as error:
        if not database.is_outage(error):
            raise
        print(
            "goodword: the backup is complete, but `goodword doctor` won't know about it: the database could not "
            f"record it ({database.first_line(error)}).",
            file=sys.stderr,
        )


def _new_file(given: str, *, now: datetime) -> Path:
    from django.conf import settings

    from goodword.core import startup
    from goodword.core.backup import dump

    if not given:
        startup.check_writable(settings.GOODWORD_BACKUPS, setting="GOODWORD_BACKUPS")
        return Path(settings.GOODWORD_BACKUPS) / dump.file_name(now)
    path = Path(given).absolute()
    path.name.encode()  # raises UnicodeEncodeError now rather than after the backup, when it is recorded
    return path / dump.file_name(now) if path.is_dir() else path


def _restore(options: argparse.Namespace) -> int:
    leave_on_terminate()
    listed = _listed(options)
    if options.check:
        return _check(options, listed)
    if listed is None and not options.no_erasures:
        return _refuse(
            "people who have been erased since this backup would be back. Name the list that `goodword erasures` has "
            "written (--erasures FILE). If there is none, use --no-erasures and erase them again yourself."
        )
    with database_for("goodword restore", create=True) as home:
        from goodword.core import startup
        from goodword.core.backup import archive, erasures, restore
        from goodword.core.backup.programs import BackupError, ConnectionParameters

        startup.check_database()
        target = ConnectionParameters.of_django()
        try:
            with archive.opened(options.file, identity=options.identity) as backup, restore.alone(target):
                restore.check_fits(backup, key_lost=options.key_lost)
                manifest = backup.manifest
                entries = list(erasures.read(listed, of=manifest["installation"])) if listed else []
                if not restore.restore(backup, target, embedded_in=home):
                    print("An earlier restore of this backup was interrupted; continuing it.")
                erased = complete(entries, key_lost=options.key_lost, for_looking=options.for_looking)
        except BackupError as error:
            return _refuse(str(error))
        print(f"Restored the backup of {manifest['made_at']} (version {manifest['version']}).")
        if listed:
            print(f"Erased again from {listed.name}: {erased}.")
        else:
            print("People erased since that backup are back: erase them again.")
        if options.key_lost:
            print("Give up the lost key: `goodword forget-field-key ID`.")
        if options.for_looking:
            print(
                "This copy is for inspection only: it sends no mail or notes and runs no jobs until `goodword go-live`."
            )
        return 0


def _check(options: argparse.Namespace, listed: Path | None) -> int:
    _without_database()
    from goodword.core.backup import archive, erasures, restore
    from goodword.core.backup.programs import BackupError

    try:
        with archive.opened(options.file, identity=options.identity) as backup:
            restore.check_fits(backup, key_lost=options.key_lost)
            size = sum(map(len, backup.pieces()))
            manifest = backup.manifest
            if listed:
                list(erasures.read(listed, of=manifest["installation"]))
    except BackupError as error:
        return _refuse(str(error))
    print(
        f"{options.file} is intact: {manifest['made_at']}, version {manifest['version']}, PostgreSQL "
        f"{manifest['postgresql']}, {shown_size(size)}. It can be restored here."
    )
    return 0


def _listed(options: argparse.Namespace) -> Path | None:
    from goodword.core.backup import archive

    if options.no_erasures:
        return None
    beside: Path = options.file.absolute().parent / archive.ERASURES
    return options.erasures or (beside if beside.exists() else None)


def complete(entries: "list[Erased]", *, key_lost: bool = False, for_looking: bool = False) -> int:
    """Finish a restore once the rows are back: migrate, erase again, and end the mode
    *being restored*. Idempotent."""
    from goodword.core import clock, crypto, database_migrations, installation
    from goodword.reports.signing.keys import ensure_key
    from goodword.workspace.personal_data import repeat_erasures

    database_migrations.migrate(verbosity=0)
    if not key_lost:
        crypto.check_field_keys()
        ensure_key(now=clock.now())
    erased = repeat_erasures(entries, now=clock.now())
    installation.set_mode(installation.Mode.LOOKING if for_looking else installation.Mode.WORKING)
    return erased


def _erasures(options: argparse.Namespace) -> int:
    if options.file == "-" and sys.stdout is None:
        return _refuse(NO_OUTPUT)
    with checked_database_for("goodword erasures"):
        from goodword.core.backup import erasures
        from goodword.core.backup.programs import BackupError

        if options.file == "-":
            erasures.write(sys.stdout.buffer)
            return 0
        try:
            number = erasures.update(Path(options.file).absolute())
        except BackupError as error:
            return _refuse(str(error))
        print(f"{options.file}: {number} erasures.")
        return 0


def _go_live(options: argparse.Namespace) -> int:
    with checked_database_for("goodword go-live"):
        from procrastinate.contrib.django.models import ProcrastinateJob

        from goodword.core import clock, installation
        from goodword.core.backup import erasures
        from goodword.core.backup.programs import BackupError
        from goodword.core.doctor.findings import counted
        from goodword.greenhouse.models import ActivityFeedNote
        from goodword.notifications.models import Email
        from goodword.workspace.personal_data import repeat_erasures

        mode = installation.mode()
        if mode == installation.Mode.WORKING:
            print("This database is already in use.")
            return 0
        if mode == installation.Mode.RESTORING:
            return _refuse("this restore was interrupted. Run the same `goodword restore` again first.")
        if not options.yes:
            moved = (
                " It was moved to another server, which may be in use."
                if mode == installation.Mode.MOVED
                else ""
            )
            mails = Email.objects.across_organisations().filter(state=Email.State.QUEUED).count()
            notes = ActivityFeedNote.objects.across_organisations().filter(state=Email.State.QUEUED).count()
            jobs = ProcrastinateJob.objects.filter(status__in=("todo", "doing")).count()
            print(
                f"{counted(mails, 'mail')}, {counted(notes, 'note')} and {counted(jobs, 'job')} are waiting.{moved} "
                "They go out, perhaps a second time, once a worker runs. People erased elsewhere since this copy was "
                "made are still in it, unless you add --erasures FILE. To go ahead, run `goodword go-live --yes`."
            )
            return 1
        if options.erasures:
            try:
                entries = list(erasures.read(options.erasures, of=str(installation.uid())))
            except BackupError as error:
                return _refuse(str(error))
            copied_at = installation.current().mode_since
            erased = repeat_erasures(entries, now=clock.now(), copied_at=copied_at)
            print(f"Erased again from {options.erasures.name}: {erased}.")
        installation.set_mode(installation.Mode.WORKING)
        print("This database is in use from now on. Running workers notice it within seconds.")
        return 0


def _move(options: argparse.Namespace) -> int:
    leave_on_terminate()
    if environment.text("DATABASE_URL", ""):
        return _refuse(
            "DATABASE_URL is set. This command moves the embedded database, which is used without it."
        )
    new = environment.database(options.url)  # raises SettingError for an invalid URL
    data = environment.data_folder()
    home = postgres.layout.Layout.of(data).home
    if not home.exists():
        return _refuse(f"there is no embedded database in {data} (GOODWORD_DATA).")
    # fails while `goodword up` is running, and keeps it from starting
    with postgres.start(data, who="goodword move-to-server") as server:
        os.environ["DATABASE_URL"] = server.url
        process.set_up()
        try:
            return _moved(options.url, str(new.get("NAME", "")), home)
        finally:
            disconnect()


def _moved(url: str, name: str, home: Path) -> int:
    from goodword.core import clock, installation, startup
    from goodword.core.backup import archive, dump, restore
    from goodword.core.backup.programs import BackupError, ConnectionParameters

    startup.check_database()
    startup.check_migrations()
    target, uid, now = ConnectionParameters.of_url(url), installation.uid(), clock.real()
    path = _new_file("", now=now)  # raises SettingError, so before the mode changes
    try:
        with restore.alone(target):
            # from now on nothing changes in the old database, even if this process dies
            before = installation.set_mode(installation.Mode.MOVED)
            try:
                found = restore.mode_of(target, uid)
                there = found if before == installation.Mode.MOVED else None
                if there is not None and there != installation.Mode.RESTORING:
                    return _refuse(
                        f"this database was already moved to {name!r}. Set DATABASE_URL to that one."
                    )
                if there is None:
                    source = ConnectionParameters.of_django()
                    _record(dump.back_up(source, path, recipients=[], now=now), now=now)
                    with archive.opened(path) as backup:
                        restore.restore(backup, target)
                restore.finish(target)
            except BackupError:
                installation.set_mode(installation.Mode(before))
                raise
    except BackupError as error:
        return _refuse(str(error))
    print(
        f"Moved to {name!r}. Set DATABASE_URL to it from now on, and start Goodword again. The old database is still "
        f"in {home}; it sends nothing. Delete it once everything works."
    )
    return 0


def _upgrade(options: argparse.Namespace) -> int:
    leave_on_terminate()
    if environment.text("DATABASE_URL", ""):
        return _refuse(
            "DATABASE_URL is set. This command upgrades the embedded database. Upgrade your server with its own tools "
            "(pg_upgrade), or stop Goodword and use `goodword backup`, then `goodword restore --no-erasures` into the "
            "new one."
        )
    data = postgres.layout.Layout.of(environment.data_folder())
    with upgrade.locked(data):
        programs = upgrade.old_programs(data, options.programs)
        if programs is None:
            print(
                f"The database in {data.cluster} is already at PostgreSQL {postgres.layout.major_version()}."
            )
            return 0
        if data.old.exists():  # an earlier upgrade was killed just before its end
            upgrade.set_aside(data)
        with upgrade.old_server(data, programs) as old:
            os.environ["DATABASE_URL"] = old.url
            process.set_up()
            if refusal := _refill(data):
                return _refuse(refusal)
        kept = upgrade.set_aside(data)
    print(
        f"Upgraded to PostgreSQL {postgres.layout.major_version()}. The old database is in {kept}; delete it once "
        "everything works."
    )
    return 0


def _refill(data: "Layout") -> str:
    """Back up the old database and restore it into a new cluster. Returns the error, or ""."""
    from goodword.core import clock, installation, startup
    from goodword.core.backup import archive, dump, restore
    from goodword.core.backup.programs import BackupError, ConnectionParameters

    startup.check_database()
    now = clock.real()
    path = _new_file("", now=now)
    try:
        mode = installation.mode()
        dump.back_up(ConnectionParameters.of_django(), path, recipients=[], now=now)
        with upgrade.new_server(data) as new, archive.opened(path) as backup:
            target = ConnectionParameters.of_url(new.url)
            restore.restore(backup, target)
            restore.finish(target, mode=mode)
    except BackupError as error:
        return str(error)
    finally:
        disconnect()
    return ""


def _without_database() -> None:
    if not environment.text("DATABASE_URL", ""):
        os.environ["DATABASE_URL"] = environment.NO_DATABASE
    process.set_up()


def _refuse(sentence: str) -> int:
    print(f"goodword: {sentence}", file=sys.stderr)
    return 2


def shown_size(number: int) -> str:
    from goodword.core.doctor.findings import size

    return size(number)
