"""A body for people: laid out, and as it came. Bodies are others' writing: they may hold and do anything."""

import json

#: characters that are shown; the rest of a longer one is left out
SHOWN = 200_000


def laid_out(body: bytes) -> str:
    """Indented if it is JSON, else as it came. A short body can be very long when it is indented."""
    try:
        pieces = json.JSONEncoder(indent=2, ensure_ascii=False).iterencode(json.loads(body))
        text, length = [], 0
        for piece in pieces:
            text.append(piece)
            length += len(piece)
            if length > SHOWN:
                break
    except (ValueError, RecursionError):
        return as_received(body)
    return _visible("".join(text))


def as_received(body: bytes) -> str:
    """The text as it came, with what is not text made visible."""
    return _visible(body.decode("utf-8", errors="backslashreplace"))


def _visible(text: str) -> str:
    """Without what a page cannot hold: halves of surrogate pairs, and NUL."""
    text = text[:SHOWN] + ("\n…" if len(text) > SHOWN else "")
    return text.replace("\0", "\\u0000").encode("utf-8", "backslashreplace").decode("utf-8")
