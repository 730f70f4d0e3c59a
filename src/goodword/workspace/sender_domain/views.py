"""Settings > Sender domain: from where mail is sent, which DNS records that needs, and what is published now."""

from typing import Final

from django import forms
from django.conf import settings
from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.core import mail
from goodword.greenhouse.settings_pages import settings_nav
from goodword.notifications.domain.sender_domain import aligned, configured, published

#: looked up for one page
_MOST_SELECTORS: Final = 4


class SelectorForm(forms.Form):
    selector = forms.RegexField(
        regex=rf"\A(?:{mail.SELECTOR})\Z",
        label=_("DKIM selector"),
        help_text=_("Your mail server's administrator knows it, for example s1."),
        required=False,
        max_length=63,
        error_messages={
            "invalid": _("Use letters, digits, hyphens and dots only, for example s1."),
            "max_length": _("Use at most %(limit_value)d characters."),
        },
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


@require_safe
@access.member(kinds=access.ADMIN)
def sender_domain(request: MemberRequest) -> HttpResponseBase:
    """With `selector`: look for this DKIM key instead of those in the settings."""
    sender = configured()
    form = SelectorForm(request.GET if "selector" in request.GET else None)
    selectors: list[str] = list(settings.GOODWORD_MAIL_DKIM_SELECTORS)[:_MOST_SELECTORS]
    if form.is_bound:
        typed = form.cleaned_data["selector"] if form.is_valid() else ""
        selectors = [typed] if typed else selectors
    context = {
        "settings_nav": settings_nav(request),
        "sender": sender,
        "form": form,
        "aligned": aligned(sender),
        **published(sender, selectors),
    }
    return render(request, "workspace/sender_domain/page.html", context)
