"""The line broke, or a second window was open.

A break of the line on a clock voids the item on screen (clock.py), so that somebody could be tempted to get another
one. It may happen twice. Once: low; twice: medium; never high, since lines do break. More time on the clock is more
time for a line to break, which is why two breaks lead no higher, and why nothing is to be done about them alone.

An item that was over was sent again with another answer, which changed nothing: low, however often.
"""

from goodword.steps.signs.found import Found

BROKE, SECOND = "line_broke", "second_window"


def broke_sign(*, key: str, times: int) -> Found | None:
    """The sign in breaks of the line."""
    if not times:
        return None
    return Found(code=BROKE, grade="low" if times == 1 else "medium", key=key, facts={"times": times})


def second_sign(*, key: str, times: int) -> Found | None:
    """The sign in answers from a second window."""
    return Found(code=SECOND, grade="low", key=key, facts={"times": times}) if times else None
