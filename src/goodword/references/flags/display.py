"""The flags of a check on the candidate's page."""

from collections.abc import Mapping

from django.utils.translation import gettext

from goodword.references.flags.rules import CANDIDATE
from goodword.references.flags.wording import WORDS, sentence
from goodword.references.models import Check, CheckFlag, Referee
from goodword.workflow.flags.review import DisplayedFlag, FlagList, dismissal_view, display, flag_list


def flags_of(check: Check) -> FlagList:
    """All flags of a check, worded in the active language; looked at once somebody was named for good. Two queries."""
    referees = list(Referee.objects.of(check.organisation).select_related("request").filter(check_run=check))
    names, candidate = {one.pk: one.name for one in referees}, _candidate(check)
    rows = (
        CheckFlag.objects.of(check.organisation)
        .select_related("dismissed_by__user")
        .filter(check_run=check)
        .order_by("pk")
    )
    return flag_list(
        (_display(row, names=names, candidate=candidate) for row in rows),
        checked=any(one.held_at is not None or hasattr(one, "request") for one in referees),
    )


def displayed_flag(flag: CheckFlag) -> DisplayedFlag:
    """One flag, worded in the active language."""
    referees = Referee.objects.of(flag.organisation).filter(check_run=flag.check_run)
    names = dict(referees.values_list("pk", "name"))
    return _display(flag, names=names, candidate=_candidate(flag.check_run))


def _candidate(check: Check) -> str:
    return check.step_request.application.candidate.name


def _display(flag: CheckFlag, *, names: Mapping[int, str], candidate: str) -> DisplayedFlag:
    people = [
        candidate if part == CANDIDATE else names.get(int(part)) or gettext("A referee")
        for part in flag.key.split(",")
    ]
    return display(flag, WORDS[flag.code], facts=sentence(flag.code, flag.facts, people))


dismiss_flag = dismissal_view(
    CheckFlag, application_lookup="check_run__step_request__application", displayed=displayed_flag
)
