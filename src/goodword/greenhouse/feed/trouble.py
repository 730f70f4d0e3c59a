"""Why only a person can go on with a note: a code for the row, and the sentence and the button of each."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from goodword.greenhouse.client import (
    AddressRefused,
    Forbidden,
    HarvestError,
    RateLimited,
    Unauthorised,
    Unavailable,
    UnexpectedShape,
)
from goodword.greenhouse.models import FeedPost

Trouble = FeedPost.Trouble


class Button(StrEnum):
    """What a person can do about it, beside trying again."""

    NONE = ""
    INTEGRATIONS = "integrations"
    AUTHOR = "author"
    DROP = "drop"


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """How a failed note is shown: what it means, and the buttons. `again`: trying again makes sense."""

    meaning: str | Promise
    button: Button = Button.NONE
    again: bool = True


ENDS: Mapping[str, End] = {
    Trouble.NOT_PERMITTED: End(
        meaning=_("The report is here; only its note is missing in Greenhouse."), button=Button.INTEGRATIONS
    ),
    Trouble.KEY: End(
        meaning=_("All notes that wait are written as soon as a key that works is set."),
        button=Button.INTEGRATIONS,
    ),
    Trouble.DISCONNECTED: End(
        meaning=_("All notes that wait are written once Greenhouse is connected again."),
        button=Button.INTEGRATIONS,
        again=False,
    ),
    Trouble.NO_AUTHOR: End(
        meaning=_("Notes that no recruiter can sign are signed by a user chosen by an admin."),
        button=Button.AUTHOR,
    ),
    Trouble.DELETED: End(
        meaning=_("The Activity Feed no longer exists."),
        button=Button.DROP,
        again=False,
    ),
    Trouble.NOT_VISIBLE: End(
        meaning=_("Nothing was erased here because of that. Try again once Greenhouse shows it."),
        button=Button.DROP,
    ),
    Trouble.REFUSED: End(
        meaning=_("The report is here; only its note is missing in Greenhouse."), button=Button.AUTHOR
    ),
    Trouble.UNREACHABLE: End(
        meaning=_("It was tried for hours. The feed is searched before it is tried again.")
    ),
}


def end_of(post: FeedPost) -> End:
    """How this failed note is shown. One that failed before there were codes can only be tried again."""
    return ENDS.get(post.trouble, End(meaning=""))


def is_passing(error: HarvestError) -> bool:
    """Whether time alone may cure it."""
    passing = isinstance(error, Unavailable | RateLimited | UnexpectedShape)
    return passing and not isinstance(error, AddressRefused)


def may_be_permission(error: HarvestError) -> bool:
    """Whether a permission may be missing; Harvest v1 gives the same answer for an unknown key."""
    return isinstance(error, Forbidden) or (isinstance(error, Unauthorised) and error.may_be_permission)


def trouble_of(error: HarvestError) -> str:
    """The code of an error."""
    if isinstance(error, Unauthorised):
        return Trouble.KEY
    if isinstance(error, Forbidden):
        return Trouble.NOT_PERMITTED
    return Trouble.UNREACHABLE if isinstance(error, Unavailable | UnexpectedShape) else Trouble.REFUSED
