"""A verification from opening to comparison."""

from datetime import timedelta

import pytest

from goodword.accounts.models import AuditEntry
from goodword.assessments import verification
from goodword.assessments.adjustments.status import extend_clocks
from goodword.assessments.attempts.completion import finish_part
from goodword.assessments.attempts.parts import begin_part
from goodword.assessments.kinds.generated import from_json, to_json
from goodword.assessments.kinds.reasoning.content import replacement
from goodword.assessments.kinds.reasoning.verification import (
    FORMS,
    VerificationComparison,
    draw_verification,
)
from goodword.assessments.models import Attempt, AttemptPart, TestVersion, Verification
from goodword.assessments.norms.first_attempts import first_attempts
from goodword.assessments.verification import (
    discard,
    finished_part,
    open_verification,
    task_on_screen,
    tasks_of,
    why_not,
)
from goodword.core.models import Event
from goodword.workflow.domain.runs import Refused
from tests.assessments.all_kinds import calibrated
from tests.assessments.plans import attempt_of
from tests.assessments.support import part_of
from tests.assessments.verification.support import (
    DAY,
    NOW,
    STANDARD,
    application_of,
    finished,
    opened,
    owner,
    taken,
)

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)


def comparison(row: Verification) -> VerificationComparison:
    return VerificationComparison.from_json(
        Verification.objects.of(row.organisation).get(pk=row.pk).comparison
    )


def test_a_lower_result_is_reported_with_its_prediction() -> None:
    found = comparison(taken(finished(solved=17), solved=5))
    assert (found.first_solved, found.first_items) == (17, 20)
    assert (found.solved, found.answered, found.items) == (5, 12, 12)
    assert (found.least, found.is_lower, found.difficulties) == (6, True, "assumed")
    assert found.errors_apart == pytest.approx((5 - found.expected) / found.error)
    assert 0.02 < found.highest_rate <= 0.05


@pytest.mark.world
@pytest.mark.parametrize("solved", [7, 9, 12])
def test_other_results_are_within_chance(solved: int) -> None:
    assert not comparison(taken(finished(solved=17), solved=solved)).is_lower


@pytest.mark.world
def test_skipped_tasks_are_not_solved_and_counted() -> None:
    found = comparison(taken(finished(), solved=8, answered=9))
    assert (found.solved, found.answered, found.unanswered) == (8, 9, 3)


@pytest.mark.world
def test_tasks_are_new_and_of_the_forms_families() -> None:
    attempt = finished()
    row = verification.begin(verification_id=opened(attempt).pk, device="computer", now=DAY)
    first = {from_json(item.content).task for item in part_of(attempt).drawn.all()}
    tasks = tasks_of(row)
    assert not first & {task.drawn.task for task in tasks}
    wanted = [
        (entry.family, entry.level) for entry in FORMS["verification_12"].entries for _ in range(entry.n)
    ]
    assert sorted(task.cell for task in tasks) == sorted(wanted)


@pytest.mark.world
def test_a_task_that_replaces_one_of_the_first_form_is_new_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    attempt = finished()
    items = draw_verification("verification_12", seed=7)
    replaced = [items[0], replacement(items[0], seed=7, taken=items)]
    for row, item in zip(part_of(attempt).drawn.order_by("position"), replaced, strict=False):
        row.content = to_json(item)
        row.save()
    monkeypatch.setattr("secrets.randbelow", lambda _: 7)
    begun = verification.begin(verification_id=opened(attempt).pk, device="computer", now=DAY)
    drawn = {task.drawn.task for task in tasks_of(begun)}
    assert not drawn & {item.task for item in replaced}


@pytest.mark.world
def test_people_without_figures_get_none_again() -> None:
    row = opened(finished(form="figureless_20", solved=15))
    assert row.form == "verification_figureless_12"
    assert not any(entry.family.startswith("matrices") for entry in FORMS[row.form].entries)


@pytest.mark.world
def test_time_per_task_and_extra_time_are_as_in_the_first_form() -> None:
    assert opened(finished()).seconds == 12 * 60
    attempt = attempt_of(STANDARD)
    extend_clocks(attempt, percent=50)
    begin_part(attempt_id=attempt.pk, order=1, device="computer", now=NOW)
    taking_time = AttemptPart.objects.of(attempt.organisation).get(attempt=attempt)
    assert taking_time.seconds == 30 * 60
    finish_part(attempt_id=attempt.pk, order=1, now=NOW)
    assert opened(attempt).seconds == 18 * 60


@pytest.mark.world
def test_an_untimed_first_form_is_verified_without_a_clock() -> None:
    row = verification.begin(verification_id=opened(finished(minutes=None)).pk, device="", now=DAY)
    assert (row.seconds, row.ends_at) == (None, None)
    assert not verification.is_over(row, now=DAY + timedelta(hours=11))
    assert verification.end_overdue(now=DAY + timedelta(hours=13)) == 1
    assert comparison(row).answered == 0


def test_beginning_twice_draws_once() -> None:
    row = opened(finished())
    first = verification.begin(verification_id=row.pk, device="computer", now=DAY)
    again = verification.begin(verification_id=row.pk, device="phone", now=DAY + SECOND)
    assert (again.tasks, again.ends_at, again.device) == (first.tasks, first.ends_at, "computer")


@pytest.mark.world
def test_a_second_click_and_an_old_page_change_nothing() -> None:
    row = verification.begin(verification_id=opened(finished()).pk, device="computer", now=DAY)
    task = task_on_screen(row)
    assert verification.next_task(verification_id=row.pk, task=task.id, now=DAY).at == 2
    assert verification.next_task(verification_id=row.pk, task=task.id, now=DAY).at == 2
    assert not verification.save_answer(verification_id=row.pk, task=task.id, value=task.drawn.key, now=DAY)


@pytest.mark.world
def test_time_up_ends_it_with_what_was_answered() -> None:
    row = verification.begin(verification_id=opened(finished()).pk, device="computer", now=DAY)
    for minute in range(12):  # heartbeats
        at = DAY + timedelta(minutes=minute)
        Verification.objects.of(row.organisation).filter(pk=row.pk).update(seen_at=at)
    task = task_on_screen(row)
    verification.save_answer(verification_id=row.pk, task=task.id, value=task.drawn.key, now=at)
    late = DAY + timedelta(minutes=12, seconds=4)
    Verification.objects.of(row.organisation).filter(pk=row.pk).update(seen_at=late)
    with pytest.raises(verification.Over):
        verification.save_answer(verification_id=row.pk, task=task.id, value=task.drawn.key, now=late)
    assert verification.end_overdue(now=late) == 1
    assert verification.end_overdue(now=late) == 0
    assert comparison(row).solved == 1


@pytest.mark.world
def test_a_lost_connection_replaces_the_task_and_gives_time_back() -> None:
    row = verification.begin(verification_id=opened(finished()).pk, device="computer", now=DAY)
    task = task_on_screen(row)
    back = DAY + timedelta(minutes=5)
    after = verification.resume(verification_id=row.pk, now=back)
    fresh = task_on_screen(after)
    assert (fresh.id, fresh.cell) == ("1a", task.cell)
    assert fresh.drawn.task != task.drawn.task
    assert after.answers == {}
    assert after.ends_at is not None and row.ends_at is not None
    assert after.ends_at - row.ends_at == timedelta(minutes=5)
    assert verification.resume(verification_id=row.pk, now=back + SECOND).breaks == 1
    assert len(tasks_of(after)) == 12


@pytest.mark.world
def test_a_task_answered_before_the_connection_was_lost_counts_and_the_next_follows() -> None:
    row = verification.begin(verification_id=opened(finished()).pk, device="computer", now=DAY)
    task = task_on_screen(row)
    verification.save_answer(verification_id=row.pk, task=task.id, value=task.drawn.key, now=DAY + SECOND)
    after = verification.resume(verification_id=row.pk, now=DAY + timedelta(minutes=5))
    assert (after.at, after.answers, task_on_screen(after).id) == (2, {task.id: task.drawn.key}, "2")
    assert after.ends_at is not None and row.ends_at is not None
    assert after.ends_at - row.ends_at == timedelta(minutes=5) - SECOND
    assert (after.breaks, after.shown_at) == (1, DAY + timedelta(minutes=5))


@pytest.mark.world
def test_a_last_task_answered_before_the_connection_was_lost_ends_the_form() -> None:
    row = verification.begin(verification_id=opened(finished()).pk, device="computer", now=DAY)
    for _ in range(row.items - 1):
        row = verification.next_task(verification_id=row.pk, task=task_on_screen(row).id, now=DAY)
    task = task_on_screen(row)
    verification.save_answer(verification_id=row.pk, task=task.id, value=task.drawn.key, now=DAY)
    after = verification.resume(verification_id=row.pk, now=DAY + timedelta(minutes=5))
    assert after.ended_at == DAY + timedelta(minutes=5)
    assert comparison(after).solved == 1


@pytest.mark.world
def test_a_result_is_verified_once() -> None:
    attempt = finished()
    taken(attempt, solved=5)
    with pytest.raises(Refused, match="A result can be verified once"):
        opened(attempt)
    assert Verification.objects.of(attempt.organisation).count() == 1


def test_opening_twice_returns_the_same() -> None:
    attempt = finished()
    assert opened(attempt) == opened(attempt)
    assert audited(attempt) == ["verification.opened"]


def audited(attempt: Attempt) -> list[str]:
    rows = AuditEntry.objects.of(attempt.organisation).filter(action__startswith="verification.")
    return list(rows.order_by("pk").values_list("action", flat=True))


@pytest.mark.world
def test_it_can_be_discarded_before_its_end_only() -> None:
    attempt = finished()
    first = verification.begin(verification_id=opened(attempt).pk, device="computer", now=DAY)
    discard(verification=first, reason="Fire alarm", member=owner(attempt), now=DAY)
    with pytest.raises(verification.VerificationClosed):
        verification.heartbeat(verification_id=first.pk, now=DAY)
    first.refresh_from_db()
    assert (first.tasks, first.answers, first.discard_reason) == ([], {}, "Fire alarm")
    second = taken(attempt, solved=5)
    with pytest.raises(Refused, match="has finished"):
        discard(verification=second, reason="Too low", member=owner(attempt), now=DAY)
    names = Event.objects.filter(name__contains="verification").order_by("pk").values_list("name", flat=True)
    assert list(names) == [
        "attempt.verification_opened",
        "attempt.verification_discarded",
        "attempt.verification_opened",
        "attempt.verification_completed",
    ]


@pytest.mark.world
def test_time_that_is_up_can_not_be_discarded_before_the_sweep_either() -> None:
    attempt = finished()
    row = verification.begin(verification_id=opened(attempt).pk, device="computer", now=DAY)
    late = DAY + timedelta(minutes=13)
    Verification.objects.of(row.organisation).filter(pk=row.pk).update(seen_at=late)
    with pytest.raises(Refused):
        discard(verification=row, reason="Too low", member=owner(attempt), now=late)


def test_refusals_say_what_to_do() -> None:
    attempt = attempt_of(STANDARD)
    of = application_of(attempt)
    assert "hasn't finished a reasoning test" in why_not(of, now=DAY)
    with pytest.raises(Refused, match="hasn't finished a reasoning test"):
        open_verification(application=of, member=owner(attempt), now=DAY)
    assert Verification.objects.of(of.organisation).count() == 0


def test_a_part_ended_by_a_member_and_a_closed_application_are_refused() -> None:
    attempt = finished()
    of, parts = application_of(attempt), AttemptPart.objects.of(attempt.organisation)
    assert why_not(of, now=DAY) == ""
    parts.update(ended_by=AttemptPart.Ended.BY_MEMBER)
    assert "A member ended the reasoning test" in why_not(of, now=DAY)
    parts.update(ended_by=AttemptPart.Ended.FINISHED)
    of.status = "rejected"
    of.save()
    assert "This application is closed" in why_not(of, now=DAY)


def test_results_of_an_earlier_version_are_refused() -> None:
    attempt = finished()
    row = opened(attempt)
    Verification.objects.of(attempt.organisation).update(version="1")
    with pytest.raises(verification.VerificationClosed):
        verification.begin(verification_id=row.pk, device="computer", now=DAY)
    TestVersion.objects.of(attempt.organisation).update(number="1")
    assert "an earlier version of the test" in why_not(application_of(attempt), now=DAY)


@pytest.mark.world
def test_a_calibration_counts_if_it_holds_for_both_devices() -> None:
    attempt = finished()
    calibrated(attempt)
    row = taken(attempt, solved=5)
    assert (comparison(row).difficulties, comparison(row).is_lower) == ("calibrated", True)


@pytest.mark.world
def test_a_calibration_that_differs_between_devices_is_not_used() -> None:
    attempt = finished()
    calibrated(attempt)
    row = taken(attempt, solved=5, device="phone")
    assert comparison(row).difficulties == "assumed"


@pytest.mark.world
def test_the_attempt_norms_and_scores_are_untouched() -> None:
    attempt = finished()
    part = part_of(attempt)
    before = (
        list(part.scores.values()),
        list(AttemptPart.objects.values()),
        first_attempts(part.version.test, by_form=True),
    )
    taken(attempt, solved=5)
    after = (
        list(part.scores.values()),
        list(AttemptPart.objects.values()),
        first_attempts(part.version.test, by_form=True),
    )
    assert before == after
    found = finished_part(application_of(attempt))
    assert found == part
