"""`goodword mails`: list unsent mail and send failed mail again, for operators."""

import re
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db.models import QuerySet

from goodword.accounts.domain.audit import write
from goodword.accounts.models import Organisation
from goodword.core.doctor.findings import duration
from goodword.core.job_recovery import in_columns
from goodword.notifications.domain.queue import masked
from goodword.notifications.models import Email
from goodword.workspace.settings_pages.mails import send_needed_again

#: maximum lines of a list
AT_MOST: Final = 500
_WAITING: Final = (Email.State.QUEUED, Email.State.SENDING)
_NAME: Final = re.compile(r"mail:([0-9]{1,18})")
_ADDRESS: Final = re.compile(r"(?<!\S)\S+?@\S+")


def show(*, now: datetime, failed: bool = False) -> int:
    """Print each mail's name, state, age, kind, masked address, organisation and last error. Returns 0."""
    rows = _failed() if failed else _rows(*_WAITING, Email.State.FAILED)
    lines = [_line(email, now) for email in rows[:AT_MOST]]
    if not lines:
        print("No mail has failed." if failed else "No mail is waiting, and none has failed.")
        return 0
    print(in_columns(lines))
    if (more := rows.count() - len(lines)) > 0:
        print(f"... and {more} more")
    return 0


def retry(names: Sequence[str], *, failed: bool = False, yes: bool = False, now: datetime) -> int:
    """Send failed mails again. Returns 0, or 2 with an error message."""
    if bool(names) == failed:
        print("goodword: Name the mails to retry, or use --failed.", file=sys.stderr)
        return 2
    if failed:
        names = [f"mail:{pk}" for pk in _failed().values_list("pk", flat=True)]
        if not names:
            print("No mail has failed.")
            return 0
        if not yes:
            show(now=now, failed=True)
            print(
                f"goodword: To send those of these {len(names)} that are still needed, add --yes.",
                file=sys.stderr,
            )
            return 2
    status, sent = 0, Counter[int]()
    for name in names:
        match = _NAME.fullmatch(name)
        rows = _rows(Email.State.FAILED, Email.State.SENT)
        email = rows.filter(pk=int(match[1])).first() if match else None
        if match is None:
            print(f"goodword: {name!r} is not a name listed by `goodword mails list`.", file=sys.stderr)
            status = 2
        elif email is not None and send_needed_again(email, member=None, now=now):
            sent[email.organisation_id] += 1
            print(f"Sending {name} again.")
        elif failed:
            print(f"{name} is no longer needed.")
        else:
            print(f"goodword: {name} has not failed, or is no longer needed.", file=sys.stderr)
            status = 2
    for organisation in Organisation.objects.filter(pk__in=sent):
        write(
            organisation=organisation,
            action="mail.sent_again",
            actor="operator",
            now=now,
            details={"mails": sent[organisation.pk]},
        )
    return status


def _rows(*states: str) -> QuerySet[Email]:
    rows = Email.objects.across_organisations().filter(state__in=states)
    return rows.select_related("organisation", "application__candidate", "application__role").order_by("pk")


def _failed() -> QuerySet[Email]:
    return _rows(Email.State.FAILED)


def _line(email: Email, now: datetime) -> Sequence[str]:
    return (
        f"mail:{email.pk}",
        email.state,
        duration(now - email.created_at),
        email.kind,
        masked(email.to_address),
        email.organisation.slug,
        _ADDRESS.sub("…", " ".join(email.last_error.split()))[:100],
    )
