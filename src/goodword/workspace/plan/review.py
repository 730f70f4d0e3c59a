"""What an assessment means for candidates, in sentences: the review before it is published."""

from collections.abc import Iterator, Sequence
from typing import Final

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from goodword.assessments.attempts.variants import FALLBACK_LANGUAGE
from goodword.assessments.models import Assessment, Attempt
from goodword.assessments.plans.versions import PlannedPart
from goodword.questionnaires.editor.languages import language_name
from goodword.roles.models import Step
from goodword.steps.states import UNFINISHED
from goodword.workspace.plan.words import (
    length_in_words,
    more_time_in_words,
    own_result_in_words,
    retake_in_words,
)

#: minutes, and tests, beyond which many candidates give up; our advice, no limit
ADVISED_MINUTES: Final = 45
ADVISED_TESTS: Final = 5


def minutes_of(parts: Sequence[PlannedPart]) -> int:
    """About how long all of it takes."""
    return sum(part.minutes for part in parts)


def sentences(draft: Assessment, parts: Sequence[PlannedPart]) -> list[str]:
    """What candidates get, in which languages, and what counts for all of it."""
    named = [
        _("%(test)s (%(length)s)") % {"test": part.part.test.title, "length": length_in_words(part)}
        for part in parts
    ]
    rows = [
        ngettext(
            "Candidates get one test: %(tests)s.", "Candidates get, in this order: %(tests)s.", len(parts)
        )
        % {"tests": get_text_list(named, _("and"))},
        ngettext(
            "In all that takes about %(n)s minute.",
            "In all that takes about %(n)s minutes.",
            minutes_of(parts),
        )
        % {"n": minutes_of(parts)},
        *of_languages(parts),
        total_of(draft, parts),
    ]
    if any(part.timed for part in parts):
        rows.append(
            _("If somebody asks for more time: %(what)s")
            % {
                "what": more_time_in_words(draft.more_time)[0].lower()
                + more_time_in_words(draft.more_time)[1:]
            }
        )
    rows += [own_result_in_words(draft.tells_candidate), retake_in_words(draft.retake_months)]
    return [*rows, *(sentence for part in parts for sentence in _held_against(part))]


def of_languages(parts: Sequence[PlannedPart]) -> list[str]:
    """In which languages all of it exists, and what others get. The rule: assessments.languages."""
    if not parts:
        return []
    deciding = [part for part in parts if FALLBACK_LANGUAGE in part.languages]
    stuck = [part for part in parts if FALLBACK_LANGUAGE not in part.languages]
    common = frozenset.intersection(*(part.languages for part in parts))
    rows = []
    if common:
        rows.append(_("All of it exists in %(languages)s.") % {"languages": _names(common)})
    else:
        rows.append(_("There is no language in which all of it exists."))
    if deciding:
        lacking = frozenset.union(*(part.languages for part in deciding)) - common
        for language in sorted(lacking - {FALLBACK_LANGUAGE}):
            without = [part.part.test.title for part in deciding if language not in part.languages]
            if without:
                rows.append(
                    _(
                        "%(tests)s does not exist in %(language)s: who reads it gets all of it in %(otherwise)s."
                    )
                    % {
                        "tests": get_text_list([f"“{title}”" for title in without], _("and")),
                        "language": language_name(language),
                        "otherwise": language_name(FALLBACK_LANGUAGE),
                    }
                )
        rows.append(
            _("Candidates who read another language get it in %(language)s.")
            % {"language": language_name(FALLBACK_LANGUAGE)}
        )
    rows += [
        _("“%(test)s” exists in %(languages)s alone and stays so for candidates who read another language.")
        % {"test": part.part.test.title, "languages": _names(part.languages)}
        for part in stuck
    ]
    return rows


def warnings(parts: Sequence[PlannedPart]) -> list[str]:
    """What is worth a second look before it is published."""
    found = []
    if minutes_of(parts) > ADVISED_MINUTES:
        found.append(
            _(
                "It takes longer than %(most)s minutes. The longer it takes, the more candidates give up, good "
                "ones first: remove tests you don't need."
            )
            % {"most": ADVISED_MINUTES}
        )
    if len(parts) > ADVISED_TESTS:
        found.append(
            _("These are more than %(most)s tests. Ask only for what decides something in this job.")
            % {"most": ADVISED_TESTS}
        )
    found += [
        _("There is a newer version of “%(test)s”. This version of the assessment gives version %(number)s.")
        % {"test": part.part.test.title, "number": part.part.number}
        for part in parts
        if part.outdated
    ]
    found += [
        _("“%(test)s” is archived in the library, but still used here.") % {"test": part.part.test.title}
        for part in parts
        if part.part.test.archived_at is not None
    ]
    return found


def open_attempts(step: Step) -> int:
    """How many candidates were assigned an earlier version and have not finished it."""
    rows = Attempt.objects.of(step.organisation).filter(step_request__step=step, progress__in=UNFINISHED)
    return rows.filter(closed_at=None).count()


def total_of(draft: Assessment, parts: Sequence[PlannedPart]) -> str:
    """Whether there is a total, and what it is made of."""
    entering = [part for part in parts if part.right_or_wrong]
    if draft.total == Assessment.Total.OFF:
        return _("There is no total: each test has its own result.")
    if not entering:
        return _(
            "A total is chosen, but no test here has right and wrong answers: choose no total, or add such a test."
        )
    if draft.total == Assessment.Total.CATEGORIES:
        return _("There is a total over %(tests)s: the mean of category means.") % {
            "tests": _titles(entering)
        }
    weighed = [
        _("“%(test)s” weighs %(weight)s") % {"test": part.part.test.title, "weight": part.part.weight}
        if part.part.weight
        else _("“%(test)s” has no weight yet") % {"test": part.part.test.title}
        for part in entering
    ]
    return _("There is a weighted total: %(weights)s. The reason: %(reason)s") % {
        "weights": ", ".join(weighed),
        "reason": draft.total_reason,
    }


def _held_against(part: PlannedPart) -> Iterator[str]:
    """The norms and the calibration that are fixed with the version."""
    said = {"test": part.part.test.title}
    if part.part.norms is not None:
        yield _("Results of “%(test)s” are compared with norms number %(n)s.") % {
            **said,
            "n": part.part.norms.number,
        }
    if part.part.calibration is not None:
        yield _("The difficulty of the tasks of “%(test)s” comes from calibration number %(n)s.") % {
            **said,
            "n": part.part.calibration.number,
        }


def _titles(parts: Sequence[PlannedPart]) -> str:
    return get_text_list([f"“{part.part.test.title}”" for part in parts], _("and"))


def _names(languages: frozenset[str]) -> str:
    known = sorted(languages, key=lambda code: (code != FALLBACK_LANGUAGE, code))
    return get_text_list([language_name(code) for code in known], _("and"))
