"""What a nomination must be like. Pure; `nominate.py` brings the facts."""

from collections.abc import Collection
from dataclasses import dataclass

from django.utils.translation import gettext as _

from goodword.core.quoted import has_link, has_written_link
from goodword.references.domain.addresses import mailbox
from goodword.roles.slots import ANY

LONGEST_MESSAGE = 300


@dataclass(frozen=True, kw_only=True)
class Details:
    """What the candidate states about a referee; months as "YYYY-MM", `to_month` empty until today."""

    name: str
    email: str
    relationship: str
    company: str
    candidate_title: str
    from_month: str
    to_month: str
    message: str
    #: the language of the mail to them; empty: the check's
    language: str = ""
    #: not to be asked before there is an offer
    after_offer: bool = False


def problems(
    details: Details,
    *,
    own_addresses: Collection[str],
    other_addresses: Collection[str],
    this_month: str,
    kind: str = ANY,
) -> dict[str, str]:
    """A sentence by field for all that cannot be taken; empty when all is well.

    `kind` is the relationship that is asked for, `own_addresses` are the candidate's, `other_addresses` those of
    the check's other referees.
    """
    found: dict[str, str] = {}
    if kind not in {ANY, details.relationship}:
        found["relationship"] = _("Somebody else is needed here. Please check the page.")
    if wrong := address_problem(details.email, own_addresses=own_addresses, other_addresses=other_addresses):
        found["email"] = wrong
    if details.from_month > this_month:
        found["from_month"] = _("The first month is in the future. Please check it.")
    if details.to_month and details.to_month < details.from_month:
        found["to_month"] = _("The last month is before the first month. Please check both.")
    elif details.to_month > this_month:
        found["to_month"] = _("The last month is in the future. Please check it.")
    if len(details.message) > LONGEST_MESSAGE:
        found["message"] = _("The message is longer than 300 characters. Please shorten it.")
    quoted = {"name": has_link, "company": has_written_link, "candidate_title": has_link, "message": has_link}
    for name, is_refused in quoted.items():
        if is_refused(getattr(details, name)):
            found[name] = _("This looks like a link. We don't pass links on, so please remove it.")
    return found


def address_problem(address: str, *, own_addresses: Collection[str], other_addresses: Collection[str]) -> str:
    """Why an address cannot be a referee's, in a sentence; empty if it can."""
    box = mailbox(address)
    if box in {mailbox(own) for own in own_addresses if own}:
        return _("This is your own address. Please enter your referee's.")
    if box in {mailbox(other) for other in other_addresses}:
        return _("You have already named somebody with this address. Each referee needs their own.")
    return ""
