"""`goodword createadmin` and `recover-sign-in`: arguments of the commands; `accounts/commands.py` does the work."""

import argparse

from goodword.commands import AddCommand
from goodword.commands.database import set_up


def add(command: AddCommand) -> None:
    admin = command(
        "createadmin", "Create an organisation with its first admin, or add an admin.", _createadmin
    )
    admin.add_argument("--organisation", required=True, help="name of a new one, or slug of an existing one")
    admin.add_argument("--email", required=True)
    admin.add_argument("--name", required=True)
    admin.add_argument(
        "--password-stdin", action="store_true", help="read the password from standard input, not a prompt"
    )
    admin.add_argument(
        "--time-zone",
        metavar="ZONE",
        help="of a new organisation, such as Europe/London; prompted for if missing",
    )
    recover = command(
        "recover-sign-in",
        "Let locked-out members in again: stop requiring single sign-on, remove a member's second factors, or forget "
        "accounts at the identity provider.",
        _recover_sign_in,
    )
    which = recover.add_mutually_exclusive_group(required=True)
    which.add_argument("--organisation", metavar="SLUG", help="stop requiring single sign-on")
    which.add_argument("--email", help="remove this member's authenticator app, passkeys and recovery codes")
    which.add_argument(
        "--unlink",
        metavar="ADDRESS",
        help="forget the account at the identity provider of the member with this e-mail address, or of all members "
        'if it is "all": the next sign-in links another',
    )


def _createadmin(options: argparse.Namespace) -> int:
    set_up()
    from goodword.accounts.commands import createadmin

    return createadmin(
        organisation=options.organisation,
        email=options.email,
        name=options.name,
        time_zone=options.time_zone or "",
        password_stdin=options.password_stdin,
    )


def _recover_sign_in(options: argparse.Namespace) -> int:
    set_up()
    from goodword.accounts.commands import (
        lift_single_sign_on,
        remove_second_factors,
        unlink_single_sign_on,
    )

    if options.organisation:
        return lift_single_sign_on(options.organisation)
    if options.unlink:
        return unlink_single_sign_on(options.unlink)
    return remove_second_factors(options.email)
