"""The short visible code of a report."""

import secrets

#: without letters and digits that are mistaken for each other (0 O, 1 I L, U V)
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTWXYZ"


def mint_code() -> str:
    """A new code, "GW-7F3K-Q2MX": 39 random bits; a collision is caught by the column's uniqueness."""
    letters = "".join(secrets.choice(_ALPHABET) for _ in range(8))
    return f"GW-{letters[:4]}-{letters[4:]}"
