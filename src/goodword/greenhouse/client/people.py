"""Candidates and users, which differ between the versions only in the names of a few members."""

from goodword.greenhouse.client.parse import Record
from goodword.greenhouse.client.types import Candidate, Contact, User


def candidate_of(record: Record) -> Candidate:
    """A candidate. v3 says `private`, v1 `is_private`."""
    return Candidate(
        id=record.id(),
        first_name=record.text("first_name").strip(),
        last_name=record.text("last_name").strip(),
        preferred_name=record.text_or_none("preferred_name"),
        emails=_contacts(record, "email_addresses"),
        phones=_contacts(record, "phone_numbers"),
        company=record.text_or_none("company"),
        title=record.text_or_none("title"),
        private=record.flag("private") or record.flag("is_private"),
        can_email=record.flag("can_email", default=True),
        time_zone=record.text_or_none("time_zone"),
    )


def _contacts(record: Record, member: str) -> tuple[Contact, ...]:
    """Values and kinds without the blanks around them, which Greenhouse's own samples have."""
    found = []
    for child in record.children(member):
        value, kind = child.text_or_none("value"), child.text_or_none("type")
        if value:
            found.append(Contact(value, kind.lower() if kind else None))
    return tuple(found)


def user_of(record: Record) -> User:
    """A user. v3 says `primary_email` and `deactivated`, v1 `primary_email_address` and `disabled`.

    A service account's primary address is an empty text.
    """
    email = record.text_or_none("primary_email") or record.text_or_none("primary_email_address")
    first, last = record.text("first_name").strip(), record.text("last_name").strip()
    known = ((email,) if email else ()) + record.texts("emails")
    return User(
        id=record.id(),
        name=record.text_or_none("name") or f"{first} {last}".strip(),
        first_name=first,
        last_name=last,
        email=email or (known[0] if known else None),
        emails=tuple(dict.fromkeys(known)),
        disabled=record.flag("deactivated") or record.flag("disabled"),
        site_admin=record.flag("site_admin"),
    )
