"""The form for the organisation's own e-mail domains."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from goodword.accounts.mail_domains import MOST_DOMAINS, NoDomain, own_domain
from goodword.accounts.models import Organisation


class DomainsForm(forms.Form):
    """One domain per line."""

    domains = forms.CharField(
        label=gettext_lazy("E-mail domains of your organisation"),
        help_text=gettext_lazy("One per line, such as example.com."),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off", "spellcheck": "false"}),
    )

    @classmethod
    def of(cls, organisation: Organisation) -> "DomainsForm":
        """The form with the current domains."""
        return cls(initial={"domains": "\n".join(organisation.own_domains)})

    def clean_domains(self) -> list[str]:
        """Check each domain, so that every invalid one is named."""
        found, problems = [], []
        for typed in self.cleaned_data["domains"].replace(",", "\n").splitlines():
            if typed.strip():
                try:
                    found.append(own_domain(typed))
                except NoDomain as no:
                    problems.append(str(no))
        if len(found) > MOST_DOMAINS:
            problems.append(_("Enter at most %(n)s domains.") % {"n": MOST_DOMAINS})
        if problems:
            raise forms.ValidationError(problems)
        return found
