"""`goodword rotate-keys`, `prune`, `export-organisation` and `delete-organisation`."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from goodword.commands import NO_OUTPUT, AddCommand
from goodword.commands.database import checked_database_for
from goodword.core.supervise import leave_on_terminate

if TYPE_CHECKING:
    from goodword.accounts.models import Organisation


def add(command: AddCommand) -> None:
    command(
        "rotate-keys",
        "Encrypt all stored secrets with the first of GOODWORD_FIELD_KEYS, so that the others can be removed.",
        _rotate_keys,
    )
    prune = command("prune", "Delete everything past its retention period now, as the daily jobs do.", _prune)
    prune.add_argument("--dry-run", action="store_true", help="only count it")
    export = command(
        "export-organisation", "Write all rows and files of an organisation to a ZIP archive.", _export
    )
    export.add_argument("slug", metavar="SLUG")
    export.add_argument("file", type=Path, metavar="FILE", help="a new file, or - for standard output")
    delete = command("delete-organisation", "Delete an organisation and all its data.", _delete)
    delete.add_argument("slug", metavar="SLUG")
    delete.add_argument("--name", default="", help="its name, instead of the prompt")


def _rotate_keys(_: argparse.Namespace) -> int:
    leave_on_terminate()
    with checked_database_for("goodword rotate-keys"):
        from goodword.core import crypto, key_rotation

        crypto.check_field_keys()
        done = key_rotation.rotate_keys()
        print(f"Re-encrypted: {done.sealed}.")
        if done.lost:
            print(
                f"Can't be decrypted with any listed key: {done.lost}. Replace these secrets (docs/operating.md, Keys)."
            )
        if done.removable:
            print(f"Remove from GOODWORD_FIELD_KEYS, and restart all programs: {', '.join(done.removable)}.")
        if kept := done.needed[1:]:
            print(f"Still needed: {', '.join(kept)}.")
        return 1 if done.lost or kept else 0


def _prune(options: argparse.Namespace) -> int:
    leave_on_terminate()
    with checked_database_for("goodword prune"):
        from goodword.core import clock
        from goodword.workspace.retention.rules import prune

        for what, number in prune(now=clock.now(), dry_run=options.dry_run).items():
            print(f"{what}: {number:,}")
        if options.dry_run:
            print("Nothing was deleted.")
        return 0


def _export(options: argparse.Namespace) -> int:
    leave_on_terminate()
    with checked_database_for("goodword export-organisation"):
        from goodword.accounts.domain import whole_organisation
        from goodword.core import clock
        from goodword.core.backup import archive
        from goodword.core.backup.programs import BackupError

        organisation = _found(options.slug)
        if organisation is None:
            return 2
        if str(options.file) == "-":
            if sys.stdout is None:
                print(f"goodword: {NO_OUTPUT}", file=sys.stderr)
                return 2
            whole_organisation.export(organisation, sys.stdout.buffer, now=clock.now())
            return 0
        try:
            with archive.new_file(options.file.absolute()) as sink:
                rows = whole_organisation.export(organisation, sink, now=clock.now())
        except BackupError as error:
            print(f"goodword: {error}", file=sys.stderr)
            return 2
        print(
            f"{options.file}: {sum(rows.values()):,} rows. It contains personal data, but no passwords or keys."
        )
        return 0


def _delete(options: argparse.Namespace) -> int:
    with checked_database_for("goodword delete-organisation"):
        from django.db.utils import ProgrammingError

        from goodword.accounts.domain import whole_organisation
        from goodword.accounts.models import Organisation
        from goodword.core import clock

        organisation = _found(options.slug)
        if organisation is None:
            return 2
        rows = sum(found.count() for _, found in whole_organisation.rows_of(organisation))
        name = options.name
        if not name:
            print(
                f"This deletes {organisation.name!r} with {rows:,} rows for good. Backups still contain it."
            )
            print("Type its name to delete it: ", end="", flush=True)
            name = sys.stdin.readline().strip()
        if name != organisation.name:
            print("goodword: that isn't its name. Nothing was deleted.", file=sys.stderr)
            return 2
        try:
            deleted = whole_organisation.delete_for_good(organisation, now=clock.now())
        except Organisation.DoesNotExist:
            print(
                f"goodword: {organisation.name!r} has just been deleted by another program.", file=sys.stderr
            )
            return 2
        except ProgrammingError as error:
            if getattr(error.__cause__, "sqlstate", "") != "42501":
                raise
            print(
                "goodword: this database role may not delete the audit log. Use the tables' owner in DATABASE_URL.",
                file=sys.stderr,
            )
            return 2
        print(f"Deleted {organisation.name!r}: {sum(deleted.values()):,} rows.")
        return 0


def _found(slug: str) -> "Organisation | None":
    from goodword.accounts.models import Organisation

    found = Organisation.objects.filter(slug=slug).first()
    if found is None:
        known = ", ".join(Organisation.objects.order_by("slug").values_list("slug", flat=True)[:20])
        print(f"goodword: there is no organisation {slug!r}. There are: {known or 'none'}.", file=sys.stderr)
    return found
