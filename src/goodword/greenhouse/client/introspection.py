"""What `/introspect` tells of a token (members as reported by integrators: greenhouse.md, 1.5)."""

from dataclasses import dataclass

from goodword.greenhouse.client.parse import Record

_CLAIMS = "https://auth.greenhouse.io/claims"


@dataclass(frozen=True, slots=True)
class Introspection:
    """`scopes` and `site_admin` are None where Greenhouse did not say."""

    active: bool
    scopes: frozenset[str] | None
    site_admin: bool | None
    organisation: str | None
    user_id: int | None = None


def introspection_of(record: Record) -> Introspection:
    """Read the answer; the spelling of the role is not documented, so only its letters count."""
    claims = record.child(_CLAIMS)
    role = claims.text("user_role") if claims else ""
    letters = "".join(letter for letter in role.lower() if letter.isalpha())
    organisation = claims.child("organization") if claims else None
    return Introspection(
        active=record.flag("active"),
        scopes=frozenset(record.text("scope").split()) if record.has("scope") else None,
        site_admin="siteadmin" in letters if letters else None,
        organisation=organisation.text_or_none("name") if organisation else None,
        user_id=record.id_or_none("sub"),
    )
