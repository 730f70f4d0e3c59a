"""What went wrong with Greenhouse, in two sentences for the screen of the person who waits."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from goodword.core.crypto import CannotOpen
from goodword.greenhouse.client import (
    AddressRefused,
    HarvestError,
    Invalid,
    RateLimited,
    Refusal,
    Unauthorised,
    Unavailable,
)

#: what a call to Greenhouse with a stored key can end in
TROUBLES = (HarvestError, CannotOpen)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What happened, and what to do about it."""

    sentence: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.sentence} {self.remedy}"


def trouble_of(error: HarvestError | CannotOpen) -> Trouble:
    """The error for somebody who waits before a page: nothing there is tried again by itself."""
    if isinstance(error, CannotOpen):
        return Trouble(
            sentence=_("The stored key can no longer be decrypted."),
            remedy=_("Set the Greenhouse key again in Settings > Integrations."),
        )
    sentence, remedy = error.sentence, error.remedy
    if isinstance(error, Invalid) and error.detail:
        sentence = f"{sentence} {error.detail}"
    unclear = isinstance(error, Unauthorised) and error.kind is Refusal.UNKNOWN
    if isinstance(error, Unauthorised) and error.may_be_permission and unclear:
        remedy += " " + _(
            "If the key is right, tick its permissions in Greenhouse: so far none of them works."
        )
    if isinstance(error, Unavailable) and not isinstance(error, AddressRefused):
        remedy = _(
            "Try again in a few minutes. If it lasts, see status.greenhouse.io and this server's network."
        )
    if isinstance(error, RateLimited):
        remedy = _("Try again after that.")
    return Trouble(sentence=sentence, remedy=remedy)
