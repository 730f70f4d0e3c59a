"""What an organisation requires of a sign-in before it shows anything: a second factor, single sign-on."""

from django.http import HttpResponseBase
from django.shortcuts import redirect

from goodword.accounts.models import Membership
from goodword.accounts.second_factor import has_second_factor


def unmet(member: Membership) -> HttpResponseBase | None:
    """Where the member is led instead of a page of the organisation, or None if its requirements are met."""
    if member.organisation.requires_second_factor and not has_second_factor(member.user):
        return redirect("account_second_factor", member.organisation.slug)
    return None
