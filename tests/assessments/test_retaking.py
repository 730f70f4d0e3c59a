"""The interval before a person may retake a test."""

from datetime import UTC, date, datetime, timedelta

import pytest

from goodword.assessments.attempts.completion import finish_part
from goodword.assessments.attempts.invitations import CannotInvite, invite_again, retake_from
from goodword.assessments.models import Assessment, Attempt
from goodword.assessments.queries import latest_attempt
from goodword.candidates.models import Application
from goodword.core.clock import months_after
from goodword.roles.models import Role
from tests.assessments.assessment_plans.support import REASONING, WORK_STYLE, published
from tests.assessments.support import answer_all, assigned, rows
from tests.support import factories

pytestmark = pytest.mark.django_db

NOW = factories.NOW
LATER = NOW + timedelta(days=30)
#: the default: six months after 3 March
AGAIN = date(2026, 9, 3)


def completed(of: Application) -> Attempt:
    """Work style, taken on 3 March."""
    attempt = assigned(of)
    answer_all(attempt)
    finish_part(attempt_id=attempt.pk, order=1, now=NOW)
    return attempt


def applied() -> Application:
    return factories.application(factories.role(factories.organisation()))


def elsewhere(of: Application) -> Application:
    """An application of the same person for another role."""
    return factories.application(factories.role(of.organisation), candidate=of.candidate)


def from_when(of: Application, *, now: datetime = LATER) -> date | None:
    assert of.role is not None
    return retake_from(application=of, step=factories.step(of.role, "assessment"), now=now)


def test_completed_candidates_wait_six_months_for_any_application() -> None:
    of = applied()
    completed(of)
    assert (from_when(of), from_when(elsewhere(of))) == (AGAIN, AGAIN)


@pytest.mark.world
def test_the_day_is_in_the_organisations_time_zone() -> None:
    of = applied()
    completed(of)
    # midnight in Berlin is 22:00 UTC on the previous day
    times = [datetime(2026, 9, 2, 21, 59, tzinfo=UTC), datetime(2026, 9, 2, 22, 0, tzinfo=UTC)]
    assert [from_when(of, now=now) for now in times] == [AGAIN, None]


@pytest.mark.world
@pytest.mark.matrix
@pytest.mark.parametrize(("months", "day"), [(0, None), (1, date(2026, 4, 3)), (12, date(2027, 3, 3))])
def test_the_interval_is_that_of_the_current_version(months: int, day: date | None) -> None:
    of = applied()
    completed(of)
    later = elsewhere(of)
    assert later.role is not None
    published(factories.step(later.role, "assessment"), WORK_STYLE, by=factories.member(of.organisation))
    Assessment.objects.of(of.organisation).filter(step__role=later.role).update(retake_months=months)
    assert from_when(later, now=NOW + timedelta(days=5)) == day


@pytest.mark.world
def test_other_tests_people_and_unfinished_attempts_do_not_delay() -> None:
    of = applied()
    completed(of)
    other_test, org = elsewhere(of), of.organisation
    assert other_test.role is not None
    published(factories.step(other_test.role, "assessment"), REASONING, by=factories.member(org))
    other_person = factories.application(factories.role(org))
    unfinished = factories.application(factories.role(org))
    answer_all(assigned(unfinished), but=(7,))
    assert [from_when(application) for application in (other_test, other_person, unfinished)] == [
        None,
        None,
        None,
    ]


@pytest.mark.world
def test_attempts_of_another_organisation_do_not_count() -> None:
    completed(applied())
    assert from_when(applied()) is None


@pytest.mark.world
def test_inviting_again_too_soon_names_the_day() -> None:
    of = applied()
    old = completed(of)
    before = rows(old)
    with pytest.raises(CannotInvite) as refused:
        invite_again(step_request=old.step_request, member=factories.member(of.organisation), now=LATER)
    assert (refused.value.reason, refused.value.day) == ("too_soon", AGAIN)
    assert rows(old) == before
    assert latest_attempt(of) == old


@pytest.mark.world
def test_unfinished_attempts_can_be_invited_again_any_time() -> None:
    of = applied()
    old = assigned(of)
    answer_all(old, but=(7,))
    new = invite_again(
        step_request=old.step_request, member=factories.member(of.organisation), after=old.pk, now=LATER
    )
    old.refresh_from_db()
    assert (old.close_reason, latest_attempt(of)) == ("invited_again", new)


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 3, 3), 6, date(2026, 9, 3)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
        (date(2026, 11, 30), 12, date(2027, 11, 30)),
        (date(2026, 3, 3), 0, date(2026, 3, 3)),
    ],
)
def test_months_are_counted_by_the_calendar(day: date, months: int, later: date) -> None:
    assert months_after(day, months) == later


@pytest.mark.world
def test_a_default_assessment_counts_as_work_style() -> None:
    of = applied()
    completed(of)
    later = elsewhere(of)
    assert isinstance(later.role, Role)
    assert not Assessment.objects.of(of.organisation).filter(step__role=later.role).exists()
    assert from_when(later) == AGAIN
