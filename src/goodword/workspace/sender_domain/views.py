"""Settings > Sender domain: from where mail is sent, which DNS records that needs, and what is published now."""

from dataclasses import dataclass
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
from goodword.core.dns import txt_records
from goodword.greenhouse.settings_pages import settings_nav
from goodword.workspace.sender_domain import records
from goodword.workspace.sender_domain.records import Finding

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """How this installation sends, as its settings say. `server` and `bounces` are empty if a provider decides."""

    address: str
    provider: str
    server: str
    bounces: str

    @property
    def domain(self) -> str:
        return _domain(self.address)

    @property
    def spf_domain(self) -> str:
        """The domain that receivers check SPF for: that of the bounce address."""
        return _domain(self.bounces) or self.domain


def configured() -> Sender:
    own = settings.MAILERS["default"].get("OPTIONS", {})
    by_smtp = mail.is_smtp(settings.MAILERS)
    address = settings.GOODWORD_MAIL_FROM
    return Sender(
        address=address,
        provider="" if by_smtp else settings.GOODWORD_MAIL_PROVIDER,
        server=str(own.get("host", "")) if by_smtp else "",
        bounces=(settings.GOODWORD_RETURN_ADDRESS or address) if by_smtp else "",
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
        "aligned": records.is_aligned(sender.domain, sender.spf_domain),
        **_seen(sender, selectors),
    }
    return render(request, "workspace/sender_domain/page.html", context)


def _seen(sender: Sender, selectors: list[str]) -> dict[str, Finding | list[Finding]]:
    domain = sender.domain
    above = records.organisational(domain)
    keys = {selector: records.dkim_name(domain, selector) for selector in selectors}
    own, parent = records.dmarc_name(domain), records.dmarc_name(above)
    answers = txt_records(
        [sender.spf_domain, own, parent, *keys.values()], using=settings.GOODWORD_DNS_SERVERS
    )
    return {
        "spf": records.spf(sender.spf_domain, answers[sender.spf_domain], allowed=settings.GOODWORD_MAIL_SPF),
        "dkim": [records.dkim(domain, selector, answers[name]) for selector, name in keys.items()],
        "dmarc": records.dmarc(domain, answers[own], answers[parent] if above != domain else None),
    }


def _domain(address: str) -> str:
    return address.rpartition("@")[2].casefold()
