"""`goodword returned-mail`: one returned message from standard input, as a mail server's pipe alias gives it."""

import sys

from goodword.core.environment import SettingError
from goodword.core.postgres import PostgresError

#: "try again later" to every mail server (EX_TEMPFAIL of sysexits.h): it keeps the message
TRY_LATER = 75


def main(*, sent_to: str) -> int:
    """Take the message and say in one line what it came to.

    The status is 0 also for what is no returned message: otherwise the mail server would return it in its turn.
    75 when the settings or the database are not there.
    """
    raw = sys.stdin.buffer.read()
    try:
        import django

        django.setup()
        from django.db import DatabaseError

        from goodword.core import clock
        from goodword.notifications.domain.returned import take_returned
    except (SettingError, PostgresError) as error:
        print(f"goodword: {error}", file=sys.stderr)
        return TRY_LATER
    try:
        returned = take_returned(raw, sent_to=sent_to, now=clock.now())
    except DatabaseError as error:
        print(f"goodword: the database cannot be used: {error}", file=sys.stderr)
        return TRY_LATER
    if returned.email_id is None:
        print("This is about no mail of Goodword.")
    else:
        print(f"Mail {returned.email_id}: {returned.said}.")
    return 0
