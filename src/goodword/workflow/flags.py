"""Flags: facts about a check or attempt for a person to review on the candidate's page. They don't change results."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.accounts.domain.audit import write
from goodword.accounts.models import Membership
from goodword.candidates.models import visible_applications
from goodword.core import clock
from goodword.core.text import clean_text
from goodword.workflow.models import GRADES, Flag, strongest

LONGEST_NOTE = 500


class NoteRequired(Exception):
    pass


@dataclass(frozen=True, slots=True)
class FlagWording:
    title: Any
    explanations: tuple[Any, ...]
    to_do: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class DisplayedFlag:
    """`dismissed_by`: empty if the member is gone."""

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
        return grade_label(self.grade)


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagList:
    """Strongest first. `checked`: whether anything could be checked."""

    checked: bool
    to_review: Sequence[DisplayedFlag]
    dismissed: Sequence[DisplayedFlag]

    @property
    def grade(self) -> str:
        return strongest(flag.grade for flag in self.to_review)

    @property
    def grade_label(self) -> str:
        return grade_label(self.grade)


def display(flag: Flag, wording: FlagWording, *, facts: str) -> DisplayedFlag:
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
    ordered = sorted(flags, key=lambda flag: -GRADES.index(flag.grade))
    return FlagList(
        checked=checked,
        to_review=[flag for flag in ordered if flag.dismissed_at is None],
        dismissed=[flag for flag in ordered if flag.dismissed_at is not None],
    )


def grade_label(grade: str) -> str:
    return {
        "none": gettext("None"),
        "low": gettext("Low"),
        "medium": gettext("Medium"),
        "high": gettext("High"),
    }[grade]


class DismissForm(forms.Form):
    note = forms.CharField(
        label=_("Why are you dismissing it?"),
        help_text=_("What you found out and how. Shown with your name."),
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={
            "required": _("Say in a sentence why you're dismissing it."),
        },
    )

    def clean_note(self) -> str:
        note = clean_text(self.cleaned_data["note"])
        if not note:
            raise forms.ValidationError(self.fields["note"].error_messages["required"])
        return note


def dismiss_flag[F: Flag](model: type[F], *, flag_id: int, member: Membership, note: str, now: datetime) -> F:
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
    """A page to dismiss flags of this model. `application_lookup`: the query path from flag to application."""

    @require_http_methods(["GET", "HEAD", "POST"])
    @access.member(kinds=access.WORKS)
    def dismiss(request: MemberRequest, pk: int, flag_pk: int) -> HttpResponseBase:
        application = access.owned(visible_applications(request.member), pk)
        flags = model.objects.of(request.organisation).filter(**{application_lookup: application})
        flag: F = access.owned(flags, flag_pk)
        form = DismissForm(request.POST if request.method == "POST" else None)
        if flag.dismissed_at is not None:
            messages.info(request, _("This flag has already been dismissed. See its note."))
        elif form.is_valid():
            note = form.cleaned_data["note"]
            dismiss_flag(model, flag_id=flag.pk, member=request.member, note=note, now=clock.now())
            messages.success(request, _("Flag dismissed."))
        else:
            return render(
                request,
                "workflow/flags/dismiss.html",
                {"application": application, "flag": displayed(flag), "form": form},
            )
        return redirect(f"{reverse('candidate', args=[request.organisation.slug, application.pk])}#flags")

    return dismiss
