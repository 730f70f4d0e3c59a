"""A candidate asks for more time or another form, before any clock has started.

No event is recorded and no mail is filed under the application: what members read is made of both.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from goodword.assessments.domain import guard
from goodword.assessments.domain.adjust import clock, mails
from goodword.assessments.domain.adjust.may_ask import WhyNot, standing
from goodword.assessments.domain.adjust.reader import reader_of
from goodword.assessments.domain.adjust.time import give_time
from goodword.assessments.models import Adjustment, Attempt
from goodword.assessments.queries import application_of

#: percent that can be asked for
STEPS = (25, 50, 100)


class MayNotAsk(Exception):
    """Nothing may be asked for now; `why` says why not."""

    def __init__(self, why: WhyNot) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What became of it: what was granted at once, and what waits for somebody's answer."""

    granted: Adjustment | None
    waits: Adjustment | None


def ask(*, attempt_id: int, percent: int, form: bool, text: str, may_tell: bool, now: datetime) -> Asked:
    """Ask for `percent` more time, another form, or something in own words.

    Time up to what the role grants to everybody is granted at once: then nobody reads the words, and they are not
    kept. For the rest a person is mailed, and the deadline waits. Raises MayNotAsk, guard.Closed, and ValueError
    where nothing is asked for; then nothing changes.
    """
    if not (percent or form or text):
        raise ValueError("Nothing is asked for.")
    with transaction.atomic():
        attempt = guard.open_attempt(attempt_id, now=now)
        stands = standing(attempt)
        if stands.why_not:
            raise MayNotAsk(stands.why_not)
        if percent and not stands.timed:
            raise MayNotAsk(WhyNot.BEGUN)
        granted = waiting = None
        if 0 < percent <= attempt.assessment.more_time:
            give_time(attempt, percent=percent)
            granted = _row(attempt, now=now, wants_time=percent, may_tell=may_tell)
            granted.state, granted.percent, granted.answered_at = Adjustment.State.GRANTED, percent, now
            granted.save()
            percent, text = 0, text if form else ""
        if percent or form or text:
            waiting = _row(
                attempt, now=now, wants_time=percent, wants_form=form, text=text, may_tell=may_tell
            )
            waiting.save()
            clock.stop(attempt, now=now)
            application = application_of(attempt)
            contact = reader_of(attempt, application=application)
            mails.to_contact(waiting, application=application, contact=contact, now=now)
        return Asked(granted=granted, waits=waiting)


def _row(attempt: Attempt, *, now: datetime, **values: object) -> Adjustment:
    return Adjustment(organisation_id=attempt.organisation_id, attempt=attempt, asked_at=now, **values)
