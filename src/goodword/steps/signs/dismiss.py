"""A member dismisses a sign: they have looked, and say why it is nothing."""

from collections.abc import Mapping
from datetime import datetime

from django import forms
from django.utils.translation import gettext_lazy as _

from goodword.accounts.domain.audit import write
from goodword.accounts.models import Membership
from goodword.core.text import clean_text
from goodword.steps.models import FoundSign

LONGEST_NOTE = 500


class NoteWanted(Exception):
    """The note is missing or too long."""


class DismissForm(forms.Form):
    """Why a sign is nothing."""

    note = forms.CharField(
        label=_("Why this is nothing"),
        help_text=_("What you found out, and how. Your name is shown with it."),
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={
            "required": _("Write in a sentence why this is nothing."),
        },
    )

    def clean_note(self) -> str:
        """Without what no reader can see; a note of nothing else is none."""
        note = clean_text(self.cleaned_data["note"])
        if not note:
            raise forms.ValidationError(self.fields["note"].error_messages["required"])
        return note


def checked_note(note: str) -> str:
    """A note as it is kept. Raises NoteWanted without one, or with one of more than LONGEST_NOTE characters."""
    said = clean_text(note)
    if not said or len(said) > LONGEST_NOTE:
        raise NoteWanted
    return said


def dismiss_locked(
    sign: FoundSign, *, member: Membership, note: str, now: datetime, about: Mapping[str, int]
) -> None:
    """Dismiss a sign that is locked in the caller's transaction, for good. Of two dismissals the first counts.

    `note` is one of `checked_note`; `about` names the run in the audit log.
    """
    if sign.dismissed_at is not None:
        return
    sign.dismissed_at, sign.dismissed_by, sign.dismissed_note = now, member, note
    sign.save(update_fields=["dismissed_at", "dismissed_by", "dismissed_note"])
    write(
        organisation=member.organisation,
        action="sign.dismissed",
        member=member,
        now=now,
        details={"sign": sign.pk} | dict(about),
    )
