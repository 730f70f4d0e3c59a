"""Which applications count for which group, and the comparisons."""

from datetime import timedelta

import pytest

from goodword.candidates.fairness.groups import Decisions, proposed, read_groups, rejection_reasons
from goodword.candidates.fairness.outcomes import (
    GroupComparison,
    GroupRate,
    GroupTotal,
    StageRates,
    compare_groups,
)
from goodword.candidates.fairness.statistics import Count
from goodword.candidates.people_files import PersonKey
from goodword.roles.models import Automation, Role
from tests.candidates.fairness.people import DAY, NOW, add, entered, file_of, scope, two_groups
from tests.support import factories

pytestmark = pytest.mark.django_db


def counts(row: StageRates) -> dict[str, tuple[int, int] | None]:
    return {
        rate.group: (rate.count.selected, rate.count.decided) if rate.count else None for rate in row.rates
    }


@pytest.fixture
def role() -> Role:
    return factories.role(factories.organisation())


def found(of: Role, raw: bytes, **changes: object) -> GroupComparison:
    return compare_groups(scope(of.organisation, **changes), read_groups(raw))


def test_withdrawals_and_active_applications_are_excluded_from_rates(role: Role) -> None:
    raw = two_groups(role)
    seen = found(role, raw, decisions=Decisions(withdrew=frozenset({"Candidate withdrew"})))
    assert seen.groups == [
        GroupTotal(group="A", people=40, hired=12, declined=0, rejected=28, withdrew=0, active=0),
        GroupTotal(group="B", people=68, hired=12, declined=0, rejected=48, withdrew=5, active=3),
    ]
    assert seen.possible
    assert counts(seen.selected) == {"A": (12, 40), "B": (12, 60)}
    highest, other = seen.selected.rates
    assert highest == GroupRate(group="A", count=Count(selected=12, decided=40))
    assert other.ratio is not None
    assert (round(other.ratio.ratio, 2), other.ratio.below_four_fifths) == (0.67, True)
    assert (seen.unknown, seen.ungrouped) == ([], 0)


@pytest.mark.world
def test_a_rejection_counts_unless_its_reason_is_a_withdrawal(role: Role) -> None:
    assert counts(found(role, two_groups(role)).selected) == {"A": (12, 40), "B": (12, 65)}


@pytest.mark.world
def test_a_declined_offer_counts_as_selected(role: Role) -> None:
    """40 of 100 were made an offer in both groups; 32 of A and 4 of B declined it."""
    for group, declined in (("a", 32), ("b", 4)):
        entered(add(role, f"{group}h", status="hired", n=40 - declined), "Offer")
        entered(
            add(role, f"{group}d", status="rejected", n=declined, reason="Candidate declined our offer"),
            "Offer",
        )
        add(role, f"{group}r", status="rejected", n=60)
    raw = file_of(ah=8, ad=32, ar=60, bh=36, bd=4, br=60)
    seen = found(role, raw, decisions=proposed(rejection_reasons(role.organisation)))
    assert counts(seen.selected) == {"A": (40, 100), "B": (40, 100)}
    assert counts(seen.stages[0]) == {"A": (40, 40), "B": (40, 40)}
    assert [(total.hired, total.declined, total.rejected) for total in seen.groups] == [
        (8, 32, 60),
        (36, 4, 60),
    ]


def test_reasons_are_proposed_by_their_words() -> None:
    declined = {"Candidate declined our offer", "Offer declined", "Turned down the offer"}
    withdrew = {"Candidate withdrew", "Accepted another offer", "Candidate declined interview"}
    assert proposed(declined | withdrew | {"We declined to make an offer", "Lacks skill"}) == Decisions(
        withdrew=frozenset(withdrew), declined=frozenset(declined)
    )


def test_a_group_with_fewer_than_thirty_decisions_is_not_compared(role: Role) -> None:
    add(role, "ah", status="hired", n=30)
    add(role, "bh", status="hired", n=10)
    add(role, "br", status="rejected", n=19)
    raw = file_of(ah=30, bh=10, br=19)
    seen = found(role, raw)
    assert not seen.possible
    assert counts(seen.selected) == {"A": (30, 30), "B": None}
    add(role, "bx", status="rejected", n=1)
    assert found(role, file_of(ah=30, bh=10, br=19, bx=1)).possible


@pytest.mark.world
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


def test_a_candidate_sent_back_to_an_earlier_stage_has_not_moved_on(role: Role) -> None:
    """In pipeline order, although everybody in the file was moved back; without a pipeline, in the usual order."""
    sent_back = {
        group: add(role, f"{group}s", status="rejected", n=30, job_id=7, connection_id=1) for group in "ab"
    }
    for group, ahead in (("a", ()), ("b", ("Screen",))):
        entered(sent_back[group], *ahead, "Test", "Screen")
    raw = file_of(**{"as": 30, "bs": 30})
    by_order = {row.stage: counts(row) for row in found(role, raw).stages}
    assert by_order["Screen"] == {"A": (0, 30), "B": (30, 30)}
    Automation.objects.create(
        organisation=role.organisation,
        role=role,
        connection_id=1,
        job_id=7,
        job_name="Engineer",
        confirmed_at=NOW,
        pipeline=[[1, "Application review"], [2, "Screen"], [3, "Test"]],
    )
    by_pipeline = {row.stage: counts(row) for row in found(role, raw).stages}
    assert by_pipeline["Test"] == {"A": (0, 30), "B": (0, 30)}
    assert by_pipeline["Screen"] == {"A": (0, 30), "B": (30, 30)}


@pytest.mark.world
def test_only_applications_in_scope_count(role: Role) -> None:
    raw = two_groups(role)
    elsewhere = factories.role(role.organisation, title="Other")
    add(elsewhere, "ah", status="rejected", n=3)
    foreign = factories.role(factories.organisation())
    two_groups(foreign)
    add(role, "old", status="hired", n=2, applied_at=NOW - timedelta(days=400))
    assert counts(found(role, raw, role=role).selected) == {"A": (12, 40), "B": (12, 65)}
    assert counts(found(role, raw).selected) == {"A": (12, 43), "B": (12, 65)}
    assert found(role, raw, since=DAY + timedelta(days=1)).groups[0].people == 0


def test_people_without_an_application_and_applications_without_a_group_are_counted(role: Role) -> None:
    add(role, "ah", status="hired", n=2)
    add(role, "no", status="hired", n=3)
    seen = found(role, file_of(ah=2, zz=1))
    assert seen.unknown == [PersonKey("email", "zz0@x.example")]
    assert seen.ungrouped == 3


def test_erased_applications_in_scope_are_counted(role: Role) -> None:
    add(role, "ah", status="hired", n=2)
    add(role, "ae", status="rejected", n=3, erased_at=NOW)
    add(role, "ad", status="rejected", n=1, erasure_requested_at=NOW)
    add(role, "old", status="rejected", n=1, erased_at=NOW, applied_at=NOW - timedelta(days=400))
    add(role, "p", status="active", n=1, erased_at=NOW, prospect=True)
    assert found(role, file_of(ah=2)).erased == 4


def test_reasons_are_listed_by_frequency(role: Role) -> None:
    add(role, "a", status="rejected", n=1, reason="Withdrew")
    add(role, "b", status="rejected", n=2, reason="Lacks skill")
    add(factories.role(factories.organisation()), "c", status="rejected", n=1, reason="Foreign")
    assert rejection_reasons(role.organisation) == ["Lacks skill", "Withdrew"]
