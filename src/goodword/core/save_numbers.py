"""Numbers of saves. Scripts number the saves of each page load ("k3f9-7"), since the server may handle two of them in
reverse order."""

import re
from typing import Final

_SAVE: Final = re.compile(r"(?P<load>[a-z0-9]{1,16})-(?P<number>[0-9]{1,9})")
#: characters of a save
LONGEST: Final = 26


def load_and_number(save: str) -> tuple[str, int]:
    """The page load and the number; "" and 0 if there is none, as without JavaScript."""
    found = _SAVE.fullmatch(save)
    return (found["load"], int(found["number"])) if found else ("", 0)
