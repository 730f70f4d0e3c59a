"""`goodword evidence` and `manual`."""

import argparse
import sys
from pathlib import Path

from goodword.commands import AddCommand
from goodword.commands.database import set_up
from goodword.core import process


def add(command: AddCommand) -> None:
    evidence = command(
        "evidence",
        "Export an organisation's assessment data without names, or recompute the scores of an export.",
        _evidence,
    )
    evidence.add_argument("--organisation", metavar="SLUG", help="organisation to export")
    evidence.add_argument("--out", metavar="FOLDER", help="a new folder")
    evidence.add_argument(
        "--groups",
        metavar="FILE",
        help="compare selection rates of the groups in this CSV file; writes nothing",
    )
    evidence.add_argument(
        "--validity",
        action="store_true",
        help="correlate test scores with the imported ratings after hire; writes nothing",
    )
    evidence.add_argument(
        "--role", type=int, metavar="ID", help="with --groups or --validity: only this role"
    )
    evidence.add_argument("--since", metavar="DATE", help="with --groups: only applications from this date")
    evidence.add_argument("--until", metavar="DATE", help="with --groups: only applications up to this date")
    evidence.add_argument(
        "--withdrew",
        action="append",
        default=[],
        metavar="REASON",
        help="with --groups: a rejection reason of candidates who withdrew, instead of those that read like one; "
        "repeatable",
    )
    evidence.add_argument(
        "--declined-offer",
        action="append",
        default=[],
        metavar="REASON",
        help="with --groups: a rejection reason of candidates who declined an offer and count as selected, instead of "
        "those that read like one; repeatable",
    )
    evidence.add_argument(
        "--check", metavar="FOLDER", help="recompute all scores from the files in this folder"
    )
    manual = command("manual", "Print the technical manual of a test as Markdown.", _manual)
    manual.add_argument("test", metavar="TEST", help="key of the test, such as work_style or reasoning")
    manual.add_argument(
        "--organisation", metavar="SLUG", required=True, help="organisation that uses the test"
    )
    manual.add_argument("--version", default="", metavar="NUMBER", help="default: the newest")
    manual.add_argument("--form", default="", metavar="FORM", help="default: the first")
    manual.add_argument("--language", default="", metavar="CODE", help="default: English")


def _refused(options: argparse.Namespace) -> str:
    """The error message for options that don't go together, or ""."""
    purposes = {name: getattr(options, name) for name in ("out", "groups", "validity", "check")}
    if sum(map(bool, purposes.values())) != 1 or bool(options.organisation) == bool(options.check):
        return "use --organisation with one of --out, --groups or --validity, or use --check."
    if options.role is not None and not (options.groups or options.validity):
        return "--role goes with --groups or --validity."
    limits = {"--since": options.since, "--until": options.until}
    limits |= {"--withdrew": options.withdrew, "--declined-offer": options.declined_offer}
    if not options.groups and (given := [name for name, value in limits.items() if value]):
        return f"{given[0]} goes with --groups."
    return ""


def _evidence(options: argparse.Namespace) -> int:
    if problem := _refused(options):
        print(f"goodword: {problem}", file=sys.stderr)
        return 2
    if options.check:
        _without_database()
        from goodword.assessments.evidence.check import check_again

        return check_again(Path(options.check))
    if options.groups:
        set_up()
        from goodword.candidates.fairness.command import compare

        return compare(
            slug=options.organisation,
            file=Path(options.groups),
            role_id=options.role,
            since=options.since,
            until=options.until,
            withdrew=options.withdrew,
            declined=options.declined_offer,
        )
    if options.validity:
        set_up()
        from goodword.assessments.validity import print_validity

        return print_validity(slug=options.organisation, role_id=options.role)
    set_up()
    from goodword.assessments.evidence.check import write

    return write(slug=options.organisation, folder=Path(options.out))


def _without_database() -> None:
    from django.conf import settings

    if not settings.configured:
        settings.configure(
            INSTALLED_APPS=[
                "django.contrib.auth",
                "django.contrib.contenttypes",
                "procrastinate.contrib.django",
                *(
                    f"goodword.{name}"
                    for name in (
                        "core",
                        "accounts",
                        "roles",
                        "candidates",
                        "notifications",
                        "workflow",
                        "questionnaires",
                        "assessments",
                    )
                ),
            ],
            AUTH_USER_MODEL="accounts.User",
            USE_TZ=True,
        )
    process.set_up()


def _manual(options: argparse.Namespace) -> int:
    set_up()
    from goodword.assessments.manual.chapters import show

    return show(
        slug=options.organisation,
        key=options.test,
        number=options.version,
        form=options.form,
        language=options.language,
    )
