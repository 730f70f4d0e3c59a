"""The sentences on reliability, norms and validity, which say the same for each kind of test."""

from django.utils.translation import gettext, ngettext, pgettext

from goodword.assessments.library.instrument import NormGroup
from goodword.assessments.library.sheets.facts import OwnGroup, OwnScale
from goodword.assessments.library.sheets.reliable import reliability_formula
from goodword.core.written import written_count, written_day, written_figure


def reliability_sentence(groups: tuple[OwnGroup, ...]) -> str:
    """How far items agree, group by group with the number of people and by which formula; that nothing is known,
    where nothing is."""
    told = [sentence for group in groups if (sentence := _agreement(group))]
    if not told:
        return gettext(
            "None yet. It is computed from an organisation's own answers once there are enough, "
            "and shown with their number."
        )
    scales = [scale for group in groups for scale in group.scales if scale.reliability is not None]
    formulas = [
        reliability_formula(scale.way, alpha=scale.alpha is not None, omega=scale.omega is not None)
        for scale in scales
    ]
    return " ".join([*told, *(f"{formula}." for formula in dict.fromkeys(formulas) if formula)])


def norms_sentence(published: list[NormGroup], groups: tuple[OwnGroup, ...], *, without: str) -> str:
    """The norm groups that came with the test and those made here; `without` says what holds while there are none."""
    lines = [published_norm(group) for group in published] + [own_norm(group) for group in groups]
    return " ".join(lines) if lines else gettext("None yet.") + f" {without}"


def published_norm(group: NormGroup) -> str:
    """A norm group of a content pack: who, how many, from where, what to beware of, and that no score is held to it.

    Percentiles are issued within one class of device only (psychometrics.norms); published norms do not state theirs.
    """
    people = ngettext("%(n)s person", "%(n)s people", group.n) % {"n": written_count(group.n)}
    told = f"{group.name} ({people}). {_ended(group.source)} {_ended(group.caveat)}"
    return f"{told} " + gettext(
        "It is shown for information only: no percentile comes from it, because it doesn't say what type "
        "of device people used."
    )


def own_norm(group: OwnGroup) -> str:
    """A norm group made here: who, how many, when."""
    return gettext(
        "Your own norms %(number)s: %(n)s first attempts at version %(version)s (%(form)s) in “%(language)s” "
        "on a %(device)s, made on %(date)s."
    ) % {
        "number": group.number,
        "n": written_count(group.n),
        "version": group.version,
        "form": group.form,
        "language": group.language,
        "device": _device(group.device),
        "date": written_day(group.made_at),
    }


def no_validity() -> str:
    """What is known of scores and work: nothing."""
    return gettext("None yet: no study is known here that relates these scores to work.")


def common_limits() -> tuple[str, ...]:
    """What holds of every test."""
    return (
        gettext("Answers given in different languages or versions must not be compared."),
        gettext(
            "It must not be the sole basis of a decision about anybody. Use it to prepare interview questions."
        ),
        gettext("It is not a measure of health and must not be read as one."),
    )


def _agreement(group: OwnGroup) -> str:
    scales = [told for scale in group.scales if (told := _figure(scale))]
    if not scales:
        return ""
    return gettext("In “%(language)s” on a %(device)s: %(scales)s.") % {
        "language": group.language,
        "device": _device(group.device),
        "scales": "; ".join(scales),
    }


def _figure(scale: OwnScale) -> str:
    if scale.reliability is None:
        return ""
    figures = [
        f"{name} {written_figure(value)}"
        for name, value in (("omega", scale.omega), ("alpha", scale.alpha))
        if value is not None
    ] or [written_figure(scale.reliability)]
    return f"{scale.name} {', '.join(figures)} (n {written_count(scale.reliability_n)})".strip()


def _device(device: str) -> str:
    """The class of a device in words."""
    match device:
        case "phone":
            return pgettext("a class of devices", "phone")
        case "computer":
            return pgettext("a class of devices", "computer")
    return device


def _ended(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."
