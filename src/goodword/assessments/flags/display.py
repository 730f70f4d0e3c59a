from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from goodword.assessments.attempts.overview import title_of
from goodword.assessments.flags import raising
from goodword.assessments.models import Attempt, AttemptFlag, AttemptPart, Observation
from goodword.workflow.flags.dismissal import dismissal_view
from goodword.workflow.flags.display import DisplayedFlag, FlagList, FlagWording, display, flag_list
from goodword.workflow.models import StepRun

_NOTHING = _("On its own, this needs no action.")
_ASK_HOW = _(
    "If it matters for the job, have them solve a similar task in the interview and explain their approach."
)
WORDS: Mapping[str, FlagWording] = {
    raising.LEFT_PAGE: FlagWording(
        _("Left the page"),
        (
            _("A notification, a phone call, or someone at the door."),
            _("A non-native speaker looked up a word."),
            _("They adjusted volume, contrast or an aid such as a screen reader."),
            _("Some people switch windows out of habit."),
        ),
        _ASK_HOW,
    ),
    raising.PASTED: FlagWording(
        _("Pasted long texts"),
        (
            _("Many people write in another program first so as not to lose anything."),
            _("The text was dictated or run through a spell checker."),
            _("It's their own text, from an earlier application or translated."),
        ),
        _("Ask about one of the answers in the interview: the person who wrote it can say more."),
    ),
    raising.FAST: FlagWording(
        _("Items answered very fast"),
        (
            _("Practised readers and screen-reader users take in short items at a glance."),
            _("They read all the items first, then answered in one go."),
            _("They had taken this kind of test before."),
            _("Some people go with their first thought, as instructions often advise."),
        ),
        _("Treat the result with care. If it matters for the job, discuss it in the interview."),
    ),
    raising.CONNECTION_LOST: FlagWording(
        _("Lost connection"),
        (
            _("A train, a lift or patchy mobile coverage."),
            _("The computer went to sleep or the phone was locked."),
            _("Browsers suspend background pages."),
        ),
        _NOTHING,
    ),
    raising.SECOND_WINDOW: FlagWording(
        _("Second window"),
        (
            _("They pressed the browser's Back button and sent the earlier page again."),
            _("They opened the link again from the e-mail or on a second device."),
        ),
        _NOTHING,
    ),
    raising.STRAIGHT_LINE: FlagWording(
        _("The same answer many times in a row"),
        (
            _("Some people really would answer many of the statements the same way."),
            _("They were tired or interrupted and wanted to finish."),
            _("The statements were hard to follow, for instance in a second language."),
        ),
        _("Give this result little weight, and ask about examples of their work instead."),
    ),
    raising.CONTRADICTION: FlagWording(
        _("Agreed with opposite statements"),
        (
            _("Statements with “not” or “rarely” are easily misread."),
            _("In some cultures it is polite to agree."),
            _("Both can be true of the same person in different situations."),
        ),
        _("Give this result little weight, and ask about examples of their work instead."),
    ),
}
OBSERVED: Mapping[str, Any] = {
    Observation.Kind.LEFT: _("left the page, seconds"),
    Observation.Kind.PASTED: _("pasted text, characters"),
    Observation.Kind.DISCONNECTED: _("lost the connection, seconds"),
    Observation.Kind.SECOND_WINDOW: _("answered in a second window"),
}


def sentence(code: str, facts: Mapping[str, Any], *, part: str) -> str:
    known = dict(facts) | {"part": part}
    match code:
        case raising.LEFT_PAGE:
            return _left(known)
        case raising.PASTED:
            return (
                ngettext(
                    "%(part)s: a long text was pasted into %(answers)s answer.",
                    "%(part)s: long texts were pasted into %(answers)s answers.",
                    known["answers"],
                )
                % known
            )
        case raising.FAST:
            return (
                _now(
                    "%(part)s: %(percent)s%% of the answers came faster than most people can read the questions."
                )
                % known
            )
        case raising.CONNECTION_LOST:
            return (
                ngettext(
                    "%(part)s: the connection was lost once, and the part continued.",
                    "%(part)s: the connection was lost %(times)s times, and the part continued.",
                    known["times"],
                )
                % known
            )
        case raising.SECOND_WINDOW:
            return (
                ngettext(
                    "%(part)s: an answer came from an outdated window and did not count.",
                    "%(part)s: %(times)s answers came from an outdated window and did not count.",
                    known["times"],
                )
                % known
            )
        case raising.STRAIGHT_LINE:
            return _now("%(part)s: the same answer %(longest)s times in a row.") % known
        case raising.CONTRADICTION:
            return (
                _now(
                    "%(part)s: answers to opposite statements are %(mean)s points apart on average; random answers "
                    "would be %(chance)s apart."
                )
                % known
            )
    raise LookupError(f"There is no sentence for a flag “{code}”.")


def _left(known: Mapping[str, Any]) -> str:
    match known["longest"]:
        case "moment":
            text = _now("%(part)s: the page was left %(times)s times, never for more than ten seconds.")
        case "minute":
            text = _now("%(part)s: the page was left %(times)s times, never for more than a minute.")
        case _:
            text = _now("%(part)s: the page was left %(times)s times, at least once for more than a minute.")
    return text % known


def flags_of(attempt: Attempt) -> FlagList:
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
    return _display(flag, _titles(flag.attempt))


def _display(flag: AttemptFlag, titles: dict[str, str]) -> DisplayedFlag:
    facts = sentence(flag.code, flag.facts, part=titles.get(flag.key, flag.key))
    return display(flag, WORDS[flag.code], facts=facts)


def _titles(attempt: Attempt) -> dict[str, str]:
    parts = AttemptPart.objects.of(attempt.organisation).filter(attempt=attempt)
    return {str(part.order): title_of(part) for part in parts.select_related("version__test", "attempt")}


dismiss_flag = dismissal_view(
    AttemptFlag, application_lookup="attempt__step_request__application", displayed=displayed_flag
)
