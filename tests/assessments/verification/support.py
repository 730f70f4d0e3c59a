"""A finished reasoning test, and a verification of its result."""

from datetime import datetime, timedelta

from goodword.accounts.models import Membership
from goodword.assessments import verification
from goodword.assessments.attempts.completion import finish_part
from goodword.assessments.attempts.parts import begin_part
from goodword.assessments.kinds.reasoning.items import ReasoningTask
from goodword.assessments.models import Attempt, Verification
from goodword.assessments.queries import items_of
from goodword.assessments.verification import new_link, open_verification, task_on_screen
from goodword.candidates.models import Application
from tests.assessments.plans import PlannedTest, attempt_of
from tests.assessments.support import add_answers, part_of
from tests.support import factories
from tests.support.kept import kept

NOW = factories.NOW
DAY = NOW + timedelta(days=7)
STANDARD = PlannedTest(test="reasoning", form="standard_20", minutes=20)


@kept
def finished(*, solved: int = 17, form: str = "standard_20", minutes: int | None = 20) -> Attempt:
    """A completed reasoning test with this number of solved tasks; the others are wrong."""
    attempt = attempt_of(PlannedTest(test="reasoning", form=form, minutes=minutes))
    begin_part(attempt_id=attempt.pk, order=1, device="computer", now=NOW)
    part = part_of(attempt)
    tasks = [item for item in items_of(part) if isinstance(item, ReasoningTask)]
    values = {task.id: option_of(task, right=number < solved) for number, task in enumerate(tasks)}
    add_answers(part, values, now=NOW)
    finish_part(attempt_id=attempt.pk, order=1, now=NOW)
    attempt.refresh_from_db()
    return attempt


def option_of(task: ReasoningTask, *, right: bool) -> str:
    if right:
        return task.drawn.key
    return next(option.id for option in task.drawn.options if option.id != task.drawn.key)


def application_of(attempt: Attempt) -> Application:
    return Application.objects.of(attempt.organisation).get(pk=attempt.step_request.application_id)


def owner(attempt: Attempt) -> Membership:
    role = application_of(attempt).role
    assert role is not None
    return role.owner


def opened(attempt: Attempt, *, now: datetime = DAY) -> Verification:
    return open_verification(application=application_of(attempt), member=owner(attempt), now=now)


def link_to(verification: Verification, *, now: datetime = DAY) -> str:
    url = new_link(verification=verification, member=owner(verification.part.attempt), now=now)
    return "/" + url.split("/", 3)[3]


def taken(
    attempt: Attempt, *, solved: int, answered: int = 12, device: str = "computer", now: datetime = DAY
) -> Verification:
    """A finished verification: this many tasks solved, later ones wrong, and those after `answered` skipped."""
    row = verification.begin(verification_id=opened(attempt, now=now).pk, device=device, now=now)
    for number in range(row.items):
        task = task_on_screen(row)
        if number < answered:
            value = option_of(task, right=number < solved)
            verification.save_answer(verification_id=row.pk, task=task.id, value=value, now=now)
        row = verification.next_task(verification_id=row.pk, task=task.id, now=now)
    return row
