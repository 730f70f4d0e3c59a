from collections.abc import Iterator, Sequence
from typing import Final

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from goodword.accounts.models import Membership
from goodword.assessments.attempts.parts import FALLBACK_LANGUAGE
from goodword.assessments.kinds.content import FormOffer, Scale
from goodword.assessments.kinds.registry import kind_named
from goodword.assessments.models import Assessment, Attempt, Calibration, NormSet
from goodword.assessments.plans.versions import PlannedPart
from goodword.assessments.psychometrics.profiles import LEAST_GROUPS
from goodword.candidates.models import visible_applications
from goodword.questionnaires.editor.descriptions import language_name
from goodword.roles.models import Step
from goodword.ui.templatetags.ui import short_day
from goodword.workflow.domain.eligibility import still_in_stage
from goodword.workflow.models import UNFINISHED, StepRequest

MoreTime, Total = Assessment.MoreTime, Assessment.Total


def form_in_words(kind: str, form: FormOffer) -> str:
    words = [form.name]
    if str(form.items) not in form.name:
        words.append(kind_named(kind).items_in_words(form.items))
    if kind_named(kind).is_generated:
        words += [] if form.figures else [_("without figures")]
        words.append(
            ngettext("designed for %(n)s minute", "designed for %(n)s minutes", form.minutes)
            % {"n": form.minutes}
        )
    else:
        words.append(about(form.minutes))
    return ", ".join(word for word in words if word)


def scale_in_words(scale: Scale) -> str:
    return f"{scale.name} ({scale.construct.lower()})" if scale.construct else scale.name


def about(minutes: int) -> str:
    return ngettext("about %(n)s minute", "about %(n)s minutes", minutes) % {"n": minutes}


def length_in_words(part: PlannedPart) -> str:
    time = (
        ngettext("%(n)s minute, timed", "%(n)s minutes, timed", part.minutes) % {"n": part.minutes}
        if part.timed
        else about(part.minutes)
    )
    return f"{kind_named(part.part.test.kind).items_in_words(part.items)}, {time}"


def norms_text(norms: NormSet | Calibration) -> str:
    return _("%(n)s, created %(day)s") % {
        "n": norms.number,
        "day": short_day(norms.created_at),
    }


def more_time_in_words(percent: int) -> str:
    match percent:
        case MoreTime.QUARTER:
            return _(
                "Up to 25% is granted automatically (20 minutes become 25). "
                "The adjustments contact decides on more."
            )
        case MoreTime.HALF:
            return _(
                "Up to 50% is granted automatically (20 minutes become 30). "
                "The adjustments contact decides on more."
            )
        case MoreTime.DOUBLE:
            return _(
                "Up to double time is granted automatically (20 minutes become 40). "
                "The adjustments contact decides on more."
            )
    return _(
        "The adjustments contact decides, or else an admin or the recruiter. "
        "The deadline is on hold until then."
    )


def total_in_words(total: str) -> str:
    match total:
        case Total.CATEGORIES:
            return _("Mean of category means: each type of task counts equally.")
        case Total.WEIGHTS:
            return _("Weighted: you set the weights and give a reason.")
    return _("No total: separate results only.")


def own_result_in_words(tells: bool) -> str:
    if tells:
        return _("Candidates see their result in plain words after completion.")
    return _("Candidates don't see their result.")


def retake_in_words(months: int) -> str:
    if not months:
        return _("Retakes are possible at any time.")
    return ngettext(
        "Retakes are possible after %(n)s month.",
        "Retakes are possible after %(n)s months.",
        months,
    ) % {"n": months}


#: minutes for a piece of advice, since many candidates give up on longer assessments
ADVISED_MINUTES: Final = 45
ADVISED_TESTS: Final = 5


def minutes_of(parts: Sequence[PlannedPart]) -> int:
    return sum(part.minutes for part in parts)


def sentences(draft: Assessment, parts: Sequence[PlannedPart]) -> list[str]:
    named = [
        _("%(test)s (%(length)s)") % {"test": part.part.test.title, "length": length_in_words(part)}
        for part in parts
    ]
    rows = [
        ngettext("Candidates take one test: %(tests)s.", "Candidates take, in order: %(tests)s.", len(parts))
        % {"tests": get_text_list(named, _("and"))},
        ngettext(
            "Total: about %(n)s minute.",
            "Total: about %(n)s minutes.",
            minutes_of(parts),
        )
        % {"n": minutes_of(parts)},
        *language_sentences(parts),
        total_sentence(draft, parts),
    ]
    if any(part.timed for part in parts):
        rows.append(_("Extra time: %(what)s") % {"what": more_time_in_words(draft.more_time)})
    rows += [own_result_in_words(draft.shares_result), retake_in_words(draft.retake_months)]
    rows += [_scales_sentence(part) for part in parts if part.scales]
    return [*rows, *(sentence for part in parts for sentence in _norms_sentences(part))]


def _scales_sentence(part: PlannedPart) -> str:
    title = part.part.test.title
    if not part.part.requirement:  # the scales are chosen with it
        return _("“%(test)s” asks about the scales that its requirement calls for.") % {"test": title}
    return _("“%(test)s” asks about %(scales)s.") % {
        "test": title,
        "scales": get_text_list(_scale_names(part), _("and")),
    }


def _scale_names(part: PlannedPart) -> list[str]:
    return [scale_in_words(scale) for scale in part.scales]


def language_sentences(parts: Sequence[PlannedPart]) -> list[str]:
    if not parts:
        return []
    deciding = [part for part in parts if FALLBACK_LANGUAGE in part.languages]
    stuck = [part for part in parts if FALLBACK_LANGUAGE not in part.languages]
    common = frozenset.intersection(*(part.languages for part in parts))
    rows = []
    if common:
        rows.append(_("Available in %(languages)s.") % {"languages": _names(common)})
    else:
        rows.append(_("Not fully available in any language."))
    if deciding:
        lacking = frozenset.union(*(part.languages for part in deciding)) - common
        for language in sorted(lacking - {FALLBACK_LANGUAGE}):
            without = [part.part.test.title for part in deciding if language not in part.languages]
            if without:
                rows.append(
                    ngettext(
                        "%(tests)s isn't available in %(language)s: these candidates get the assessment "
                        "in %(otherwise)s.",
                        "%(tests)s aren't available in %(language)s: these candidates get the assessment "
                        "in %(otherwise)s.",
                        len(without),
                    )
                    % {
                        "tests": get_text_list([f"“{title}”" for title in without], _("and")),
                        "language": language_name(language),
                        "otherwise": language_name(FALLBACK_LANGUAGE),
                    }
                )
        rows.append(
            _("Candidates with another language get it in %(language)s.")
            % {"language": language_name(FALLBACK_LANGUAGE)}
        )
    rows += [
        _("“%(test)s” is only available in %(languages)s, for all candidates.")
        % {"test": part.part.test.title, "languages": _names(part.languages)}
        for part in stuck
    ]
    return rows


def warnings(parts: Sequence[PlannedPart]) -> list[str]:
    found = []
    if minutes_of(parts) > ADVISED_MINUTES:
        found.append(
            _(
                "It takes more than %(most)s minutes. Candidates drop out of long assessments. Remove "
                "tests you don't need."
            )
            % {"most": ADVISED_MINUTES}
        )
    if len(parts) > ADVISED_TESTS:
        found.append(
            _("More than %(most)s tests. Keep only those relevant to this job.") % {"most": ADVISED_TESTS}
        )
    found += [
        _(
            "“%(test)s” is for practice: its key doesn't come from a panel of experts with sufficient agreement, so "
            "its result is marked “not for decisions”. To use such situations in decisions, have at least five "
            "experts rate a set of your own, or a copy of this one."
        )
        % {"test": part.part.test.title}
        for part in parts
        if part.content.is_for_practice
    ]
    found += [
        _(
            "“%(test)s” has too few situations for a band, so its results have no percentile and can't be sorted. For "
            "comparisons, use a set with at least %(least)s."
        )
        % {"test": part.part.test.title, "least": LEAST_GROUPS}
        for part in parts
        if part.content.is_too_short_for_norms and not part.content.is_for_practice
    ]
    found += [sentence for part in parts if (sentence := _advice_on_ranking(part))]
    found += version_warnings(parts)
    found += [
        _("“%(test)s” is archived in the library, but still used here.") % {"test": part.part.test.title}
        for part in parts
        if part.part.test.archived_at is not None
    ]
    return found


def version_warnings(parts: Sequence[PlannedPart]) -> list[str]:
    return [sentence for part in parts for sentence in _version_warnings(part)]


def _version_warnings(part: PlannedPart) -> Iterator[str]:
    values = {"test": part.part.test.title, "number": part.part.number}
    if _draws_newer_tasks(part):
        yield (
            _(
                "“%(test)s” has a newer version, and every candidate who starts gets its tasks. Norms and calibration "
                "of version %(number)s don't apply to them. Choose the newer version and publish."
            )
            % values
        )
        return
    if part.outdated:
        yield _("“%(test)s” has a newer version; this assessment uses version %(number)s.") % values
    if part.lapsed and part.part.calibration is not None:
        yield (
            _(
                "“%(test)s” uses calibration %(n)s, which was made with an earlier rule, so results show no ability. "
                "Calibrate again, choose the new calibration and publish."
            )
            % {**values, "n": part.part.calibration.number}
        )


def _draws_newer_tasks(part: PlannedPart) -> bool:
    return part.outdated and kind_named(part.part.test.kind).is_generated


def _advice_on_ranking(part: PlannedPart) -> str:
    planned = part.part
    has_total = planned.assessment.total != Assessment.Total.OFF
    ranks = has_total or planned.norms is not None or planned.calibration is not None
    if not ranks:
        return ""
    kind = kind_named(planned.test.kind)
    return kind.advice_on_ranking(part.content, planned.form, title=planned.test.title)


def open_attempts(step: Step, member: Membership) -> int:
    """How many candidates whom the member can see are taking an earlier version."""
    rows = Attempt.objects.of(step.organisation).filter(step_request__step=step, progress__in=UNFINISHED)
    visible = visible_applications(member).values("pk")
    return rows.filter(closed_at=None, step_request__application__in=visible).count()


def waiting_candidates(step: Step, member: Membership) -> int:
    """How many candidates whom the member can see are invited once the assessment is published. Those who have left its
    stages are not."""
    rows = StepRequest.objects.of(step.organisation).filter(
        step=step,
        state=StepRequest.State.WAITING,
        waiting_reason=StepRequest.WaitingReason.UNPUBLISHED,
        application__in=visible_applications(member).values("pk"),
    )
    return rows.filter(still_in_stage(step.organisation)).count()


def total_sentence(draft: Assessment, parts: Sequence[PlannedPart]) -> str:
    entering = [part for part in parts if part.right_or_wrong]
    if draft.total == Assessment.Total.OFF:
        return _("No total: separate results only.")
    if not entering:
        return _(
            "A total is selected, but no test has right and wrong answers. Select no total, or add such a test."
        )
    if draft.total == Assessment.Total.CATEGORIES:
        return _("Total over %(tests)s: mean of category means.") % {"tests": _titles(entering)}
    weighed = [
        _("“%(test)s” %(weight)s") % {"test": part.part.test.title, "weight": part.part.weight}
        if part.part.weight
        else _("“%(test)s” no weight yet") % {"test": part.part.test.title}
        for part in entering
    ]
    return _("Weighted total: %(weights)s. Reason: %(reason)s") % {
        "weights": ", ".join(weighed),
        "reason": draft.total_reason,
    }


def _norms_sentences(part: PlannedPart) -> Iterator[str]:
    values = {"test": part.part.test.title}
    if _draws_newer_tasks(part):
        return
    if part.part.norms is not None:
        yield _("“%(test)s” uses norms %(n)s.") % {
            **values,
            "n": part.part.norms.number,
        }
    if part.part.calibration is not None and not part.lapsed:
        yield _("“%(test)s” uses calibration %(n)s.") % {
            **values,
            "n": part.part.calibration.number,
        }


def _titles(parts: Sequence[PlannedPart]) -> str:
    return get_text_list([f"“{part.part.test.title}”" for part in parts], _("and"))


def _names(languages: frozenset[str]) -> str:
    known = sorted(languages, key=lambda code: (code != FALLBACK_LANGUAGE, code))
    return get_text_list([language_name(code) for code in known], _("and"))
