"""Finding a note again by the marker in its last line, the only key that survives the round trip."""

import re

from goodword.greenhouse.client import HarvestApi, Note

_TAG = re.compile(r"<[^<>]*>")


def found(api: HarvestApi, *, candidate_id: int, marker: str) -> list[Note]:
    """The notes on the feed whose last line is this marker, the oldest first. Raises HarvestError.

    Not any note that holds it: somebody may quote it in a note of their own. Whether Greenhouse gives a body
    back as plain text is not documented, so tags count as ends of lines.
    """
    notes = (note for note in api.notes(candidate_id) if _last_line(note.body) == marker)
    return sorted(notes, key=lambda note: note.id)


def _last_line(body: str) -> str:
    lines = _TAG.sub("\n", body).split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "")
