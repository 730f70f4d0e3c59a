"""Pure rules: when a check is complete, and deadlines after a hold."""

from datetime import UTC, datetime, timedelta

import pytest

from goodword.core.workdays import calendar_of, restarted_deadline
from goodword.references.domain.completion import RequestedReference, is_complete

IN, OUT = RequestedReference(answered=True), RequestedReference(answered=False)
NEEDED_IN, NEEDED_OUT = (
    RequestedReference(answered=True, needed=True),
    RequestedReference(answered=False, needed=True),
)


@pytest.mark.parametrize(
    ("asked", "least", "complete"),
    [
        ([OUT, OUT], 2, False),
        ([IN, OUT], 2, False),
        ([IN, IN], 2, True),
        ([IN, OUT], 1, True),
        ([IN, IN, OUT], 2, True),
        ([IN, IN, NEEDED_OUT], 2, False),
        ([IN, NEEDED_IN, OUT], 2, True),
        ([NEEDED_IN, NEEDED_OUT, IN], 2, False),
        ([NEEDED_IN, NEEDED_IN, OUT], 2, True),
        ([IN], 2, True),  # one was waived
        ([OUT], 0, False),
        ([], 0, False),
    ],
)
def test_a_check_completes_with_enough_references_and_all_needed_ones(
    asked: list[RequestedReference], least: int, complete: bool
) -> None:
    assert is_complete(asked, least=least) is complete


@pytest.mark.parametrize("lacks_self_reference", [False, True])
def test_a_check_waits_for_a_needed_self_reference(lacks_self_reference: bool) -> None:
    assert (
        is_complete([IN, IN], least=2, lacks_self_reference=lacks_self_reference) is not lacks_self_reference
    )


BERLIN = calendar_of("Europe/Berlin")
GERMAN = calendar_of("Europe/Berlin", country="DE", region="BE")


def berlin(month: int, day: int, hour: int = 23, minute: int = 59) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=BERLIN.zone).astimezone(UTC)


@pytest.mark.parametrize(
    ("deadline", "stopped", "now", "expected"),
    [
        # three working days remain, then and on the next Monday
        (berlin(3, 6), berlin(3, 3, 10, 0), berlin(3, 9, 10, 0), berlin(3, 12)),
        # answered at once
        (berlin(3, 6), berlin(3, 3, 10, 0), berlin(3, 3, 11, 0), berlin(3, 6)),
        # on the last day: at least one working day
        (berlin(3, 6), berlin(3, 6, 10, 0), berlin(3, 6, 18, 0), berlin(3, 9)),
        # stays overdue by as much
        (berlin(3, 2), berlin(3, 3, 10, 0), berlin(3, 5, 10, 0), berlin(3, 4)),
        # by whole days, so that its hour stays
        (berlin(3, 2), berlin(3, 3, 10, 0), berlin(3, 5, 16, 20), berlin(3, 4)),
        (berlin(3, 2), berlin(3, 3, 10, 0), berlin(3, 6, 0, 10), berlin(3, 5)),
        # but not into the future
        (berlin(3, 2), berlin(3, 3, 0, 30), berlin(3, 5, 14, 0), berlin(3, 4)),
        # summer time starts on 29 March
        (berlin(3, 20), berlin(3, 25, 10, 0), berlin(3, 30, 10, 0), berlin(3, 25)),
        (berlin(3, 27), berlin(3, 25, 10, 0), berlin(3, 30, 10, 0), berlin(4, 1)),
    ],
)
def test_a_hold_preserves_the_remaining_working_days(
    deadline: datetime, stopped: datetime, now: datetime, expected: datetime
) -> None:
    assert restarted_deadline(deadline, stopped_at=stopped, now=now, calendar=BERLIN) == expected


def test_public_holidays_are_not_counted_as_remaining_days() -> None:
    # Good Friday is 3 April 2026, Easter Monday the 6th
    found = restarted_deadline(
        berlin(4, 7), stopped_at=berlin(4, 2, 10, 0), now=berlin(4, 8, 10, 0), calendar=GERMAN
    )
    assert found == berlin(4, 9)
    assert found - berlin(4, 8) == timedelta(days=1)
