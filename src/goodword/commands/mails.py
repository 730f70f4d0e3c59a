"""`goodword mails`: arguments of the command; `workspace/settings_pages/mail_commands.py` does the work."""

import argparse

from goodword.commands import AddCommand
from goodword.commands.database import set_up


def add(command: AddCommand) -> None:
    mails = command("mails", "List mail that has not gone out, or retry failed mail.", None)
    actions = mails.add_subparsers(title="actions", required=True, metavar="ACTION")
    help_text = "List waiting and failed mail, oldest first."
    shown = actions.add_parser("list", help=help_text, description=help_text)
    shown.set_defaults(run=_list_mails)
    shown.add_argument("--failed", action="store_true", help="only failed mail")
    help_text = "Send failed mail again to its current address, if it is still needed."
    again = actions.add_parser("retry", help=help_text, description=help_text)
    again.set_defaults(run=_retry_mails)
    again.add_argument("names", nargs="*", metavar="NAME", help="mail:12, as listed")
    again.add_argument("--failed", action="store_true", help="all failed mail")
    again.add_argument("--yes", action="store_true", help="with --failed: do it, instead of only listing")


def _list_mails(options: argparse.Namespace) -> int:
    set_up()
    from goodword.core import clock
    from goodword.workspace.settings_pages import mail_commands

    return mail_commands.show(now=clock.now(), failed=options.failed)


def _retry_mails(options: argparse.Namespace) -> int:
    set_up()
    from goodword.core import clock
    from goodword.workspace.settings_pages import mail_commands

    return mail_commands.retry(options.names, failed=options.failed, yes=options.yes, now=clock.now())
