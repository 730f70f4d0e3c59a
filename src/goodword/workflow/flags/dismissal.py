"""The page on which a member dismisses a flag with a note."""

from collections.abc import Callable
from datetime import datetime

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
from goodword.accounts.domain.audit import write_by
from goodword.accounts.models import Membership
from goodword.candidates.models import visible_applications
from goodword.core import clock
from goodword.core.text import clean_text
from goodword.workflow.flags.display import DisplayedFlag
from goodword.workflow.models import Flag

LONGEST_NOTE = 500


class NoteRequired(Exception):
    pass


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


def dismiss_flag[F: Flag](
    model: type[F], *, flag_id: int, member: Membership, note: str, now: datetime
) -> bool:
    """Dismiss a flag. Returns False if it had already been dismissed. Raises NoteRequired."""
    cleaned = clean_text(note)
    if not cleaned or len(cleaned) > LONGEST_NOTE:
        raise NoteRequired
    with transaction.atomic():
        flag = model.objects.of(member.organisation).select_for_update(no_key=True).get(pk=flag_id)
        if flag.dismissed_at is not None:
            return False
        flag.dismissed_at, flag.dismissed_by, flag.dismissed_note = now, member, cleaned
        flag.save(update_fields=["dismissed_at", "dismissed_by", "dismissed_note"])
        write_by(member, "flag.dismissed", now=now, details={"flag": flag.pk} | dict(flag.run_id))
    return True


def dismissal_view[F: Flag](
    model: type[F], *, application_lookup: str, displayed: Callable[[F], DisplayedFlag]
) -> Callable[..., HttpResponseBase]:
    """A page to dismiss flags of this model. `application_lookup`: the query path from flag to application."""

    @require_http_methods(["GET", "HEAD", "POST"])
    @access.member(kinds=access.WORKS)
    def dismiss(request: MemberRequest, pk: int, flag_pk: int) -> HttpResponseBase:
        application = access.get_or_404(visible_applications(request.member), pk)
        flags = model.objects.of(request.organisation).filter(**{application_lookup: application})
        flag: F = access.get_or_404(flags, flag_pk)
        form = DismissForm(request.POST if request.method == "POST" else None)
        if form.is_valid():
            note = form.cleaned_data["note"]
            if dismiss_flag(model, flag_id=flag.pk, member=request.member, note=note, now=clock.now()):
                messages.success(request, _("Flag dismissed."))
            elif flags.filter(pk=flag.pk, dismissed_note=note).exists():  # the form was sent twice
                messages.info(request, _("This flag has already been dismissed. See its note."))
            else:
                messages.info(
                    request,
                    gettext(
                        "This flag has already been dismissed. See its note. Yours wasn't saved: “%(note)s”"
                    )
                    % {"note": note},
                )
        elif flag.dismissed_at is not None:
            messages.info(request, _("This flag has already been dismissed. See its note."))
        else:
            return render(
                request,
                "workflow/flags/dismiss.html",
                {"application": application, "flag": displayed(flag), "form": form},
            )
        return redirect(f"{reverse('candidate', args=[request.organisation.slug, application.pk])}#flags")

    return dismiss
