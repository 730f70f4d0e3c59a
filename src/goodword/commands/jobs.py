"""`goodword jobs`: arguments of the command; `core/job_recovery.py` does the work."""

import argparse
from typing import TYPE_CHECKING

from goodword.commands import AddCommand
from goodword.commands.database import set_up

if TYPE_CHECKING:
    from goodword.core.job_recovery import FailureSelection


def add(command: AddCommand) -> None:
    jobs = command("jobs", "List, retry or clear background jobs and reactions.", None)
    actions = jobs.add_subparsers(title="actions", required=True, metavar="ACTION")
    for name, help_text, run in (
        (
            "list",
            "Count them by task; with --failed list failures, exit status 1 if there are any.",
            _list_jobs,
        ),
        ("retry", "Retry failed ones.", _retry_jobs),
        ("clear", "Delete failed jobs without doing their work.", _clear_jobs),
    ):
        action = actions.add_parser(name, help=help_text, description=help_text)
        action.set_defaults(run=run)
        if name != "list":
            action.add_argument("names", nargs="*", metavar="NAME", help="reaction:12 or job:34, as listed")
            action.add_argument(
                "--yes", action="store_true", help="with --failed or --task: do it, instead of only listing"
            )
        action.add_argument("--failed", action="store_true", help="all failures")
        action.add_argument("--task", metavar="TASK", default="", help="all of one task")


def _list_jobs(options: argparse.Namespace) -> int:
    set_up()
    from goodword.core import clock, job_recovery

    return job_recovery.show(now=clock.now(), failed=options.failed, task=options.task)


def _retry_jobs(options: argparse.Namespace) -> int:
    set_up()
    from goodword.core import job_recovery

    return job_recovery.retry(_selection(options))


def _clear_jobs(options: argparse.Namespace) -> int:
    set_up()
    from goodword.core import job_recovery

    return job_recovery.clear(_selection(options))


def _selection(options: argparse.Namespace) -> "FailureSelection":
    from goodword.core.job_recovery import FailureSelection

    return FailureSelection(names=options.names, task=options.task, failed=options.failed, yes=options.yes)
