"""Two people on the same network or device, and when that is to be expected."""

from typing import Any

import pytest

from goodword.references.flags.rules import Traces, device_flag, key_of, people_of
from goodword.workflow.models import FlagFinding, strongest

HOME, OFFICE, AWAY = "address:home", "address:office", "address:away"
PHONE, LAPTOP = "device:phone", "device:laptop"


def seen(person: int | None, *pairs: tuple[str, str], **more: Any) -> Traces:
    return Traces(id=person, seen=frozenset(pairs), **more)


CANDIDATE = seen(None, (HOME, PHONE))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (CANDIDATE, seen(1, (HOME, PHONE)), ("same_network_and_device", "high")),
        (CANDIDATE, seen(1, (HOME, LAPTOP)), ("same_network", "medium")),
        (CANDIDATE, seen(1, (AWAY, PHONE)), ("same_device", "low")),
        (CANDIDATE, seen(1, (AWAY, LAPTOP)), None),
        # current colleagues
        (CANDIDATE, seen(1, (HOME, PHONE), candidate_still_there=True), ("same_network_and_device", "low")),
        (CANDIDATE, seen(1, (HOME, LAPTOP), candidate_still_there=True), ("same_network", "low")),
        (CANDIDATE, seen(1, (AWAY, PHONE), candidate_still_there=True), None),
        # two referees
        (
            seen(1, (HOME, PHONE), company="Globex"),
            seen(2, (HOME, PHONE), company="Initech"),
            ("same_network_and_device", "high"),
        ),
        (seen(1, (HOME, PHONE), (OFFICE, LAPTOP)), seen(2, (OFFICE, PHONE)), ("same_network", "medium")),
        # colleagues
        (
            seen(1, (OFFICE, LAPTOP), company="Globex"),
            seen(2, (OFFICE, LAPTOP), company="globex."),
            ("same_network_and_device", "low"),
        ),
        (
            seen(1, (OFFICE, LAPTOP), company="Globex"),
            seen(2, (OFFICE, PHONE), company="Globex"),
            ("same_network", "low"),
        ),
        (seen(1, (HOME, PHONE), company="Globex"), seen(2, (AWAY, PHONE), company="Globex"), None),
        # unstated companies do not match
        (seen(1, (OFFICE, LAPTOP)), seen(2, (OFFICE, PHONE)), ("same_network", "medium")),
        # empty hashes
        (seen(1, ("", PHONE)), seen(2, ("", PHONE)), ("same_device", "low")),
        (seen(1, (HOME, "")), seen(2, (HOME, "")), ("same_network", "medium")),
        (seen(1, ("", "")), seen(2, ("", "")), None),
        (seen(1), seen(2), None),
    ],
)
def test_shared_networks_and_devices_are_graded(
    one: Traces, other: Traces, expected: tuple[str, str] | None
) -> None:
    found = device_flag(one, other, rare_devices={PHONE})
    assert ((found.code, found.grade) if found else None) == expected
    assert device_flag(other, one, rare_devices={PHONE}) == found


def test_a_common_device_raises_no_flag() -> None:
    assert device_flag(CANDIDATE, seen(1, (AWAY, PHONE)), rare_devices=set()) is None


def test_facts_contain_no_address() -> None:
    assert device_flag(CANDIDATE, seen(1, (HOME, PHONE)), rare_devices=()) == FlagFinding(
        code="same_network_and_device", grade="high", key="1,candidate", facts={"office": False}
    )


def test_keys_do_not_depend_on_order_and_name_the_people() -> None:
    assert key_of([12, 3]) == key_of([3, 12]) == "3,12"
    assert (key_of([None, 5]), people_of("5,candidate"), people_of("3,12")) == ("5,candidate", (5,), (3, 12))


def test_the_overall_grade_is_the_highest_grade() -> None:
    assert [strongest(grades) for grades in ([], ["low"] * 9, ["low", "high", "medium"])] == [
        "none",
        "low",
        "high",
    ]
