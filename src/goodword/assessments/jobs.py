from goodword.assessments import verification
from goodword.assessments.adjustments.mails import contacts_due, remind_contacts
from goodword.assessments.attempts.completion import end_overdue, overdue
from goodword.assessments.attempts.reminders import remind_due, reminders_due
from goodword.assessments.kinds.judgement.drafts import make_open_texts, without_open_text
from goodword.assessments.norms import making
from goodword.assessments.psychometrics.rasch import NotEnough
from goodword.assessments.psychometrics.rasch_fit import NotSettled
from goodword.core import clock, jobs


@jobs.job(
    name="assessments.remind",
    cron="* * * * * */15",
    due=lambda now: [reminders_due(now=now), contacts_due(now=now)],
)
def sweep_reminders() -> None:
    now = clock.now()
    remind_due(now=now)
    remind_contacts(now=now)


@jobs.job(
    name="assessments.clock",
    cron="* * * * * */5",
    due=lambda now: [overdue(now=now), verification.overdue(now=now)],
)
def sweep_clocks() -> None:
    now = clock.now()
    end_overdue(now=now)
    verification.end_overdue(now=now)


@jobs.job(
    name="assessments.open_texts",
    cron="*/5 * * * * 45",
    due=lambda now: [without_open_text()],  # noqa: ARG005 - does not depend on the time
)
def sweep_open_texts() -> None:
    make_open_texts(now=clock.now())


@jobs.job(name="assessments.norms")
def make_norms(*, test_id: int, version: str, form: str, member_id: int) -> None:
    """Make norms for one version and form, unless erasures have left too few answers."""
    try:
        making.make_norms(test_id=test_id, version=version, form=form, member_id=member_id, now=clock.now())
    except (making.NoGroup, making.FewSituations):
        return  # the page says why


@jobs.job(name="assessments.calibration")
def make_calibration(*, test_id: int, version: str, member_id: int) -> None:
    try:
        making.make_calibration(test_id=test_id, version=version, member_id=member_id, now=clock.now())
    except (NotEnough, NotSettled):
        return
