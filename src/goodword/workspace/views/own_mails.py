"""Settings > Your mails: what a recruiter is mailed beside what everybody is."""

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.accounts.domain.own_mails import choose_mails
from goodword.core import clock
from goodword.greenhouse.setup.views.shared import nav


class MailsForm(forms.Form):
    """A member's own choice."""

    each_reference = forms.BooleanField(
        label=gettext_lazy("Mail me each reference that comes in between the first and the last"),
        required=False,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.WORKS)
def own_mails(request: MemberRequest) -> HttpResponseBase:
    """One box to tick; it is the member's own."""
    form = MailsForm(
        request.POST if request.method == "POST" else None,
        initial={"each_reference": request.member.mails_each_reference},
    )
    if form.is_valid():
        each = form.cleaned_data["each_reference"]
        if choose_mails(member=request.member, each_reference=each, now=clock.now()):
            messages.success(request, _("Saved. Applies from now on."))
        return redirect("own_mails", request.organisation.slug)
    return render(request, "workspace/own_mails.html", {"settings_nav": nav(request), "form": form})
