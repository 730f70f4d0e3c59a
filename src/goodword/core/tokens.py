"""Link tokens: 256 random bits, shown once, stored only as a hash."""

import hashlib
import secrets


def mint() -> str:
    """A new token: 43 URL-safe characters of 32 random bytes."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """What is stored of a token: its SHA-256 in hex. The token has full entropy, so no salt is needed."""
    return hashlib.sha256(token.encode()).hexdigest()
