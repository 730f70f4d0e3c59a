"""The signs of a check as the candidate's page shows them."""

from collections.abc import Mapping

from django.utils.translation import gettext

from goodword.references.models import Check, Referee, Sign
from goodword.references.signs.found import CANDIDATE
from goodword.references.signs.sentences import sentence
from goodword.references.signs.words import WORDS
from goodword.steps.signs.shown import Shown, Signs, in_words, sorted_out


def signs_of(check: Check) -> Signs:
    """All signs of a check, worded in the active language; looked at once somebody was named for good. Two queries."""
    referees = list(Referee.objects.of(check.organisation).select_related("request").filter(check_run=check))
    names, candidate = {one.pk: one.name for one in referees}, _candidate(check)
    rows = (
        Sign.objects.of(check.organisation)
        .select_related("dismissed_by__user")
        .filter(check_run=check)
        .order_by("pk")
    )
    return sorted_out(
        (_in_words(row, names=names, candidate=candidate) for row in rows),
        looked=any(one.held_at is not None or hasattr(one, "request") for one in referees),
    )


def sign_in_words(sign: Sign) -> Shown:
    """One sign, worded in the active language."""
    referees = Referee.objects.of(sign.organisation).filter(check_run=sign.check_run)
    names = dict(referees.values_list("pk", "name"))
    return _in_words(sign, names=names, candidate=_candidate(sign.check_run))


def _candidate(check: Check) -> str:
    return check.step_request.application.candidate.name


def _in_words(sign: Sign, *, names: Mapping[int, str], candidate: str) -> Shown:
    people = [
        candidate if part == CANDIDATE else names.get(int(part)) or gettext("A referee")
        for part in sign.key.split(",")
    ]
    return in_words(sign, WORDS[sign.code], facts=sentence(sign.code, sign.facts, people))
