"""Flags as members see them on the candidate's page, and dismissing one with a note."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.accounts.domain.audit import write
from goodword.accounts.models import Membership
from goodword.candidates.queries import visible_applications
from goodword.core import clock
from goodword.core.text import clean_text
from goodword.workflow.flags.models import GRADES, Flag, strongest

LONGEST_NOTE = 500


class NoteRequired(Exception):
    """The note is missing or too long."""


@dataclass(frozen=True, slots=True)
class FlagWording:
    """The words of one code, translated when shown."""

    title: Any
    explanations: tuple[Any, ...]
    to_do: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class DisplayedFlag:
    """One flag in words. `dismissed_by` is a member's name, empty for a former member."""

    id: int
    grade: str
    title: str
    facts: str
    explanations: tuple[str, ...]
    to_do: str
    found_at: datetime
    dismissed_at: datetime | None
    dismissed_by: str
    note: str

    @property
    def grade_label(self) -> str:
        """The grade in the active language."""
        return grade_label(self.grade)


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagList:
    """Flags to review, strongest first, and dismissed ones. `checked`: the rules have had something to check."""

    checked: bool
    to_review: Sequence[DisplayedFlag]
    dismissed: Sequence[DisplayedFlag]

    @property
    def grade(self) -> str:
        """That of the strongest flag to review, or "none"."""
        return strongest(flag.grade for flag in self.to_review)

    @property
    def grade_label(self) -> str:
        """The grade in the active language."""
        return grade_label(self.grade)


def display(flag: Flag, wording: FlagWording, *, facts: str) -> DisplayedFlag:
    """A flag with the wording of its code and the sentence of its facts, in the active language."""
    return DisplayedFlag(
        id=flag.pk,
        grade=flag.grade,
        title=str(wording.title),
        facts=facts,
        explanations=tuple(str(one) for one in wording.explanations),
        to_do=str(wording.to_do),
        found_at=flag.found_at,
        dismissed_at=flag.dismissed_at,
        dismissed_by=flag.dismissed_by.user.name if flag.dismissed_by else "",
        note=flag.dismissed_note,
    )


def flag_list(flags: Iterable[DisplayedFlag], *, checked: bool) -> FlagList:
    """Sorted by grade, strongest first; within a grade in the order given."""
    ordered = sorted(flags, key=lambda flag: -GRADES.index(flag.grade))
    return FlagList(
        checked=checked,
        to_review=[flag for flag in ordered if flag.dismissed_at is None],
        dismissed=[flag for flag in ordered if flag.dismissed_at is not None],
    )


def grade_label(grade: str) -> str:
    """ "low", "medium", "high" or "none" in the active language."""
    return {
        "none": gettext("None"),
        "low": gettext("Low"),
        "medium": gettext("Medium"),
        "high": gettext("High"),
    }[grade]


class DismissForm(forms.Form):
    """Why a flag is dismissed."""

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
        """Without invisible characters; refused if nothing is left."""
        note = clean_text(self.cleaned_data["note"])
        if not note:
            raise forms.ValidationError(self.fields["note"].error_messages["required"])
        return note


def dismiss_flag[F: Flag](model: type[F], *, flag_id: int, member: Membership, note: str, now: datetime) -> F:
    """Dismiss a flag of the member's organisation for good. Of two dismissals the first counts.

    Raises NoteRequired without a note or with one of more than LONGEST_NOTE characters, model.DoesNotExist.
    """
    cleaned = clean_text(note)
    if not cleaned or len(cleaned) > LONGEST_NOTE:
        raise NoteRequired
    with transaction.atomic():
        flag: F = model.objects.of(member.organisation).select_for_update().get(pk=flag_id)
        if flag.dismissed_at is None:
            flag.dismissed_at, flag.dismissed_by, flag.dismissed_note = now, member, cleaned
            flag.save(update_fields=["dismissed_at", "dismissed_by", "dismissed_note"])
            write(
                organisation=member.organisation,
                action="flag.dismissed",
                member=member,
                now=now,
                details={"flag": flag.pk} | dict(flag.run_id),
            )
    return flag


def dismissal_view[F: Flag](
    model: type[F], *, application_lookup: str, displayed: Callable[[F], DisplayedFlag]
) -> Callable[..., HttpResponseBase]:
    """The page that dismisses a flag of this model. A flag dismissed meanwhile redirects to the candidate's page.

    `application_lookup` leads from the flag to its application, for a query.
    """

    @require_http_methods(["GET", "HEAD", "POST"])
    @access.member(kinds=access.WORKS)
    def dismiss(request: MemberRequest, pk: int, flag_pk: int) -> HttpResponseBase:
        """One flag, and the form to dismiss it with a note."""
        application = access.owned(visible_applications(request.member), pk)
        flags = model.objects.of(request.organisation).filter(**{application_lookup: application})
        flag: F = access.owned(flags, flag_pk)
        form = DismissForm(request.POST if request.method == "POST" else None)
        if flag.dismissed_at is not None:
            messages.info(
                request, _("This flag was dismissed already. The note beside it says by whom and why.")
            )
        elif form.is_valid():
            note = form.cleaned_data["note"]
            dismiss_flag(model, flag_id=flag.pk, member=request.member, note=note, now=clock.now())
            messages.success(request, _("The flag is dismissed. Your note is shown with it."))
        else:
            return render(
                request,
                "workflow/flags/dismiss.html",
                {"application": application, "flag": displayed(flag), "form": form},
            )
        return redirect("candidate", slug=request.organisation.slug, pk=application.pk)

    return dismiss
