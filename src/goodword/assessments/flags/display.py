"""The flags of an attempt on the candidate's page."""

from goodword.assessments.attempts.overview import title_of
from goodword.assessments.flags.wording import WORDS, sentence
from goodword.assessments.models import Attempt, AttemptFlag, AttemptPart
from goodword.workflow.flags.review import DisplayedFlag, FlagList, dismissal_view, display, flag_list
from goodword.workflow.models import StepRun


def flags_of(attempt: Attempt) -> FlagList:
    """All flags of an attempt, worded in the active language; looked at once it was completed. Two queries."""
    rows = (
        AttemptFlag.objects.of(attempt.organisation)
        .select_related("dismissed_by__user")
        .filter(attempt=attempt)
        .order_by("pk")
    )
    titles = _titles(attempt)
    return flag_list(
        (_display(row, titles) for row in rows), checked=attempt.progress == StepRun.Progress.COMPLETED
    )


def displayed_flag(flag: AttemptFlag) -> DisplayedFlag:
    """One flag, worded in the active language."""
    return _display(flag, _titles(flag.attempt))


def _display(flag: AttemptFlag, titles: dict[str, str]) -> DisplayedFlag:
    facts = sentence(flag.code, flag.facts, part=titles.get(flag.key, flag.key))
    return display(flag, WORDS[flag.code], facts=facts)


def _titles(attempt: Attempt) -> dict[str, str]:
    """What each part is called, by its place."""
    parts = AttemptPart.objects.of(attempt.organisation).filter(attempt=attempt)
    return {str(part.order): title_of(part) for part in parts.select_related("version__test", "attempt")}


dismiss_flag = dismissal_view(
    AttemptFlag, application_lookup="attempt__step_request__application", displayed=displayed_flag
)
