"""Tests, forms and settings of an assessment in words."""

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from goodword.assessments.models import Assessment, Calibration, NormSet, Test
from goodword.assessments.plans.offers import FormOffer
from goodword.assessments.plans.versions import PlannedPart

MoreTime, Total = Assessment.MoreTime, Assessment.Total


def items_in_words(kind: str, n: int) -> str:
    """How many things a test asks, by its kind: "20 statements"."""
    match kind:
        case Test.Kind.SCALES:
            return ngettext("%(n)s statement", "%(n)s statements", n) % {"n": n}
        case Test.Kind.JUDGEMENT:
            return ngettext("%(n)s situation", "%(n)s situations", n) % {"n": n}
        case Test.Kind.QUESTIONS:
            return ngettext("%(n)s question", "%(n)s questions", n) % {"n": n}
    return ngettext("%(n)s task", "%(n)s tasks", n) % {"n": n}


def form_in_words(kind: str, form: FormOffer) -> str:
    """A form as it is chosen: "20 tasks, without figures, made for 20 minutes"."""
    words = [form.name]
    if str(form.items) not in form.name:  # its author has said it already
        words.append(items_in_words(kind, form.items))
    if kind == Test.Kind.REASONING:
        words += [] if form.figures else [_("without figures")]
        words.append(
            ngettext("made for %(n)s minute", "made for %(n)s minutes", form.minutes) % {"n": form.minutes}
        )
    else:
        words.append(about(form.minutes))
    return ", ".join(word for word in words if word)


def about(minutes: int) -> str:
    """ "about 3 minutes"."""
    return ngettext("about %(n)s minute", "about %(n)s minutes", minutes) % {"n": minutes}


def length_in_words(part: PlannedPart) -> str:
    """How much a test asks, and for how long: "20 tasks, 20 minutes on a clock"."""
    time = (
        ngettext("%(n)s minute on a clock", "%(n)s minutes on a clock", part.minutes) % {"n": part.minutes}
        if part.timed
        else about(part.minutes)
    )
    return f"{items_in_words(part.part.test.kind, part.items)}, {time}"


def held_against(norms: NormSet | Calibration) -> str:
    """Norms or a calibration by number and day: "number 2, made 3 March 2026"."""
    return _("number %(n)s, made %(day)s") % {
        "n": norms.number,
        "day": date_format(localtime(norms.made_at), "j F Y"),
    }


def more_time_in_words(percent: int) -> str:
    """What happens to somebody who asks for more time in a timed part."""
    match percent:
        case MoreTime.QUARTER:
            return _(
                "Up to a quarter more time is granted at once: 20 minutes become 25. "
                "For more, the person named for adjustments answers."
            )
        case MoreTime.HALF:
            return _(
                "Up to half as much again is granted at once: 20 minutes become 30. "
                "For more, the person named for adjustments answers."
            )
        case MoreTime.DOUBLE:
            return _(
                "Up to twice the time is granted at once: 20 minutes become 40. "
                "For more, the person named for adjustments answers."
            )
    return _(
        "The person named for adjustments answers, or else an admin or the recruiter. "
        "Meanwhile the deadline is on hold."
    )


def total_in_words(total: str) -> str:
    """What kind of total there is."""
    match total:
        case Total.CATEGORIES:
            return _("Mean of category means: each kind of task counts the same, however many there are.")
        case Total.WEIGHTS:
            return _("Weighted: each test counts as much as you say, for a reason that you write down.")
    return _("No total: each test has its own result.")


def own_result_in_words(tells: bool) -> str:
    """Whether candidates get their own result."""
    if tells:
        return _("Candidates get their own result in plain words when they have finished.")
    return _("Candidates do not get their own result.")


def retake_in_words(months: int) -> str:
    """When the same person may be invited to the same tests again."""
    if not months:
        return _("The same person may be invited to these tests again at any time.")
    return ngettext(
        "The same person may be invited to these tests again %(n)s month after finishing them.",
        "The same person may be invited to these tests again %(n)s months after finishing them.",
        months,
    ) % {"n": months}
