"""Which applications count, in which group, and what is compared."""

from datetime import timedelta

import pytest

from goodword.candidates.fairness.groups import read_groups
from goodword.candidates.fairness.outcomes import (
    Comparison,
    GroupRate,
    GroupTotal,
    StageRates,
    compare_groups,
    rejection_reasons,
)
from goodword.candidates.fairness.statistics import Count
from goodword.candidates.people_files import Person
from goodword.roles.models import Role
from tests.candidates.fairness.people import DAY, add, entered, file_of, scope, two_groups
from tests.support import factories

pytestmark = pytest.mark.django_db


def counts(row: StageRates) -> dict[str, tuple[int, int] | None]:
    return {one.group: (one.count.selected, one.count.decided) if one.count else None for one in row.rates}


@pytest.fixture
def role() -> Role:
    return factories.role(factories.organisation())


def found(of: Role, raw: bytes, **changes: object) -> Comparison:
    return compare_groups(scope(of.organisation, **changes), read_groups(raw))


def test_withdrawals_and_active_applications_are_excluded_from_rates(role: Role) -> None:
    raw = two_groups(role)
    seen = found(role, raw, withdrawals=frozenset({"Candidate withdrew"}))
    assert seen.groups == [
        GroupTotal(group="A", people=40, decided=40, withdrew=0, active=0),
        GroupTotal(group="B", people=68, decided=60, withdrew=5, active=3),
    ]
    assert seen.possible
    assert counts(seen.hired) == {"A": (12, 40), "B": (12, 60)}
    highest, other = seen.hired.rates
    assert highest == GroupRate(group="A", count=Count(selected=12, decided=40))
    assert other.ratio is not None
    assert (round(other.ratio.ratio, 2), other.ratio.below_four_fifths) == (0.67, True)
    assert (seen.unknown, seen.ungrouped) == ([], 0)


def test_a_rejection_counts_unless_its_reason_is_a_withdrawal(role: Role) -> None:
    assert counts(found(role, two_groups(role)).hired) == {"A": (12, 40), "B": (12, 65)}


def test_a_group_with_fewer_than_thirty_decisions_is_not_compared(role: Role) -> None:
    add(role, "ah", status="hired", n=30)
    add(role, "bh", status="hired", n=10)
    add(role, "br", status="rejected", n=19)
    raw = file_of(ah=30, bh=10, br=19)
    seen = found(role, raw)
    assert not seen.possible
    assert counts(seen.hired) == {"A": (30, 30), "B": None}
    add(role, "bx", status="rejected", n=1)
    assert found(role, file_of(ah=30, bh=10, br=19, bx=1)).possible


def test_rates_of_moving_on_are_compared_by_stage(role: Role) -> None:
    entered(add(role, "ah", status="hired", n=10), "Screen", "Interview")
    entered(add(role, "ai", status="rejected", n=20), "Screen", "Interview")
    entered(add(role, "as", status="rejected", n=10), "Screen")
    entered(add(role, "bh", status="hired", n=5), "Screen", "Screen", "Interview")
    entered(add(role, "bi", status="rejected", n=10), "Screen", "Interview")
    entered(add(role, "bs", status="rejected", n=25), "Screen")
    entered(add(role, "ba", status="active", n=9), "Screen", "Interview")
    seen = found(role, file_of(ah=10, ai=20, bh=5, bi=10, bs=25, ba=9) + b"\n" + file_of(**{"as": 10})[13:])
    assert [row.stage for row in seen.stages] == ["Screen", "Interview"]
    screen, interview = seen.stages
    assert counts(screen) == {"A": (30, 40), "B": (24, 49)}
    assert counts(interview) == {"A": (10, 30), "B": None}
    assert (screen.compared, interview.compared) == (True, False)


def test_only_applications_in_scope_count(role: Role) -> None:
    raw = two_groups(role)
    elsewhere = factories.role(role.organisation, title="Other")
    add(elsewhere, "ah", status="rejected", n=3)
    foreign = factories.role(factories.organisation())
    two_groups(foreign)
    add(role, "old", status="hired", n=2, applied_at=factories.NOW - timedelta(days=400))
    assert counts(found(role, raw, role=role).hired) == {"A": (12, 40), "B": (12, 65)}
    assert counts(found(role, raw).hired) == {"A": (12, 43), "B": (12, 65)}
    assert found(role, raw, since=DAY + timedelta(days=1)).groups[0].people == 0


def test_people_without_an_application_and_applications_without_a_group_are_counted(role: Role) -> None:
    add(role, "ah", status="hired", n=2)
    add(role, "no", status="hired", n=3)
    seen = found(role, file_of(ah=2, zz=1))
    assert seen.unknown == [Person("email", "zz0@x.example")]
    assert seen.ungrouped == 3


def test_reasons_are_listed_by_frequency(role: Role) -> None:
    add(role, "a", status="rejected", n=1, reason="Withdrew")
    add(role, "b", status="rejected", n=2, reason="Lacks skill")
    add(factories.role(factories.organisation()), "c", status="rejected", n=1, reason="Foreign")
    assert rejection_reasons(role.organisation) == ["Lacks skill", "Withdrew"]
