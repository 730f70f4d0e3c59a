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

#: the errors of a call to Greenhouse with a stored key
CALL_ERRORS = (HarvestError, CannotOpen)


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorMessage:
    sentence: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.sentence} {self.remedy}"


def error_message(error: HarvestError | CannotOpen) -> ErrorMessage:
    if isinstance(error, CannotOpen):
        return ErrorMessage(
            sentence=_("The stored key can no longer be decrypted."),
            remedy=_("Set the Greenhouse key again in Settings > Integrations."),
        )
    sentence, remedy = error.sentence, error.remedy
    if isinstance(error, Invalid) and error.detail:
        sentence = f"{sentence} {error.detail}"
    unclear = isinstance(error, Unauthorised) and error.kind is Refusal.UNKNOWN
    if isinstance(error, Unauthorised) and error.may_be_permission and unclear:
        remedy += " " + _(
            "If the key is right, tick its permissions in Greenhouse: none of them works so far."
        )
    if isinstance(error, Unavailable) and not isinstance(error, AddressRefused):
        remedy = _(
            "Try again in a few minutes. If it persists, check status.greenhouse.io and this server's network."
        )
    if isinstance(error, RateLimited):
        remedy = _("Try again after that.")
    return ErrorMessage(sentence=sentence, remedy=remedy)
