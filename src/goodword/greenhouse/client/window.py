"""The rules by which calls are shared out in a window of Greenhouse's rate limit. Pure: no clock, no lock, no rows.

Observed (greenhouse.md, 2.5): v3 counts in windows of 30 seconds that are aligned to Greenhouse's clock, 150 calls
each; v1 in windows of 10 seconds, 50 calls; tokens by the minute, 60. None of the numbers is a promise, so what
the answers say goes first. `X-RateLimit-Reset` is *not* the end of the window and is not used.

All moments here are seconds since the epoch by Greenhouse's clock (see `skew`).
"""

from dataclasses import dataclass, replace

#: background work may use so much of a window at once; the rest is spread over it, so that a person who comes
#: in the middle of a long sync finds calls left
HEAD = 0.7
#: by this part of the window all is shared out: a call on its way at the end would be counted in the next one
SPREAD = 0.85
#: background work lets a person's calls pass for so long, and leaves more of each window for so long after them
YIELD, KEEP = 0.5, 60.0
#: the next window is entered a little late rather than early
GUARD = 0.05
#: how often others look whether the call that finds out how things stand has come back
PROBE_POLL = 0.25
#: no block is longer; one that seems so comes from a clock that was moved
LONGEST_BLOCK = 3600.0


@dataclass(frozen=True, slots=True)
class Rate:
    """How one kind of calls is counted: the window's seconds, and the calls allowed until an answer tells."""

    window: float
    usual: int


V1_RATE = Rate(10.0, 50)
V3_RATE = Rate(30.0, 150)
TOKEN_RATE = Rate(60.0, 60)


@dataclass(frozen=True, slots=True)
class Window:
    """What is known of one window.

    `number` counts windows from the epoch. `remaining` excludes the calls that are on their way. None: nobody
    knows, and one call may find out; negative: that call is on its way.
    """

    number: int = 0
    limit: int | None = None
    remaining: int | None = None
    blocked_until: float = 0.0
    person_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Turn:
    """Whether a call may go: after `wait` seconds one may ask again, or now (0.0), which leads to `after`.

    `floor` is what the window must have more of for the turn to hold.
    """

    wait: float
    after: Window
    floor: int = 0


@dataclass(frozen=True, slots=True)
class Count:
    """What an answer said of the rate, and between which moments it was counted."""

    sent: float
    received: float
    limit: int
    remaining: int


def ask(known: Window, *, person: bool, moment: float, rate: Rate) -> Turn:
    """The turn of one call at a moment."""
    if person:
        known = replace(known, person_at=moment)
    blocked = known.blocked_until - moment
    if 0 < blocked <= LONGEST_BLOCK:
        return Turn(blocked, known)
    present = int(moment // rate.window)
    limit = known.limit or rate.usual
    if known.number not in (present, present + 1):  # one ahead: another host's clock is
        known = replace(known, number=present, remaining=limit)
    begun = known.number * rate.window
    over = begun + rate.window - moment + GUARD
    left = known.remaining
    if left is None:
        return Turn(0.0, replace(known, remaining=-1))
    if left < 0:
        return Turn(min(PROBE_POLL, over), known)
    floor = 0
    if not person:
        since = moment - known.person_at
        if 0 <= since < YIELD:
            return Turn(YIELD - since, known)
        kept = _kept(limit, person_lately=0 <= since < KEEP)
        floor, later = _floor(limit, kept=kept, left=left, elapsed=moment - begun, rate=rate)
        if left <= floor:
            return Turn(over if later is None else later, known)
    if left <= floor:
        return Turn(over, known)
    return Turn(0.0, replace(known, remaining=left - 1), floor)


def _kept(limit: int, *, person_lately: bool) -> int:
    """The calls that background work leaves to people: a fiftieth of a window, a fifth while one is about."""
    if limit <= 1:
        return 0
    return max(1, limit // (5 if person_lately else 50))


def _floor(limit: int, *, kept: int, left: int, elapsed: float, rate: Rate) -> tuple[int, float | None]:
    """What must be left at this time of the window, and the seconds until one more may go (None: not in it)."""
    most = limit - kept
    head = min(int(limit * HEAD), most)
    tail = most - head
    slope = rate.window * SPREAD
    open_now = head + int(tail * min(1.0, max(0.0, elapsed) / slope) + 1e-9)
    used = limit - left
    if used >= most:
        return limit - open_now, None
    due = slope * (used + 1 - head) / tail if tail else 0.0
    return limit - open_now, max(due - elapsed, 0.01)


def heard(known: Window, count: Count, *, rate: Rate) -> Window:
    """What is known after an answer.

    Answers overtake each other, so the smaller number is nearer the truth. One that may belong to a window gone
    by says nothing. If far less remains than we have used, another program calls with the same credential;
    then some distance is kept, since its calls and ours on their way are counted before we hear of them.
    """
    number = int(count.sent // rate.window)
    if number < known.number:
        return known
    if number > known.number or known.remaining is None or known.remaining < 0:
        return replace(known, number=number, limit=count.limit, remaining=count.remaining)
    expected = known.remaining + count.limit - (known.limit or rate.usual)
    foreign = expected - count.remaining
    if foreign > max(1, count.limit // 50):
        left = max(0, count.remaining - max(2, count.limit // 25))
    else:
        left = min(expected, count.remaining)
    return replace(known, limit=count.limit, remaining=max(0, left))


def turned(known: Window, count: Count, *, rate: Rate) -> Window:
    """What is known after an answer that shows more remaining than one before it: Greenhouse's window has turned."""
    number = max(known.number, int(count.sent // rate.window))
    return replace(known, number=number, limit=count.limit, remaining=count.remaining)


def refused(known: Window, *, wait: float, moment: float) -> Window:
    """What is known after a 429: nobody calls for the wait, at least a second; then one call finds out."""
    until = moment + max(wait, 1.0)
    before = known.blocked_until if known.blocked_until - moment <= LONGEST_BLOCK else 0.0
    return replace(known, blocked_until=max(before, until), remaining=None)
