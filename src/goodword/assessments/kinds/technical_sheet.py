from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language_info, gettext, gettext_lazy, ngettext, pgettext

from goodword.assessments.kinds.content import Panel, PublishedNormGroup
from goodword.assessments.psychometrics.rasch import CalibrationResult
from goodword.assessments.psychometrics.reliability import FEW
from goodword.assessments.psychometrics.strata import Stratum
from goodword.core.text import in_series, written_count, written_day, written_figure

_OMEGA: Final = gettext_lazy(
    "omega = (Σa)² ÷ ((Σa)² + Σu), where a is an item's unstandardised loading on the common "
    "factor and u its unique variance (McDonald 1999)"
)
_ALPHA: Final = gettext_lazy(
    "alpha = k ÷ (k − 1) × (1 − sum of the variances of the k items ÷ variance of their sum) (Cronbach 1951)"
)
_BY: Final[Mapping[str, Promise]] = {
    "halves": gettext_lazy(
        "2r ÷ (1 + r), where r is the correlation between two halves of each person's tasks (Spearman 1910, Brown 1910)"
    ),
    "splits": gettext_lazy(
        "2m ÷ (1 + m), where m is the mean correlation between the results in two halves of the situations, over many "
        "ways to halve them (Spearman 1910, Brown 1910)"
    ),
    # in norms made before the model included guessing
    "calibration": gettext_lazy(
        "1 − mean squared standard error of the abilities ÷ variance of the abilities, in the calibration sample"
    ),
    "calibrated_number": gettext_lazy(
        "variance of the expected number solved ÷ (that variance + mean error variance), by the calibrated "
        "difficulties and abilities (Lord 1980)"
    ),
}


def reliability_formula(way: str, *, alpha: bool = False, omega: bool = False) -> str:
    """The formula without a full stop; empty if unknown. `way`: a `ReliabilitySource`."""
    formulas = [str(formula) for formula, there in ((_OMEGA, omega), (_ALPHA, alpha)) if there]
    return in_series(formulas) or str(_BY.get(way, ""))


def reliability_figures(
    value: float, *, way: str, n: int, alpha: float | None = None, omega: float | None = None
) -> str:
    """A reliability with its source: "omega 0.83, alpha 0.81, from 120 people with complete answers". Below FEW people
    it is marked as uncertain."""
    text = _figures(value, way=way, n=n, alpha=alpha, omega=omega)
    return gettext("%(figures)s (few people, so uncertain)") % {"figures": text} if n < FEW else text


def _figures(value: float, *, way: str, n: int, alpha: float | None, omega: float | None) -> str:
    values = {"value": written_figure(value), "n": written_count(n)}
    if alpha is not None or omega is not None:
        pairs = (("omega", omega), ("alpha", alpha))
        values["value"] = ", ".join(
            f"{name} {written_figure(coefficient)}" for name, coefficient in pairs if coefficient is not None
        )
        return gettext("%(value)s, from %(n)s people with complete answers") % values
    match way:
        case "halves" | "splits":
            return gettext("%(value)s, split-half, from %(n)s people") % values
        case "calibration" | "calibrated_number":
            return gettext("%(value)s, from the calibration, %(n)s people") % values
    return gettext("%(value)s, from %(n)s people") % values


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleFacts:
    name: str
    construct: str
    description: str
    low_label: str
    low_text: str
    high_label: str
    high_text: str
    n_items: int
    n_plus: int
    n_minus: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GuessingFacts:
    """How often the right answer can be guessed from the options, as shares of `items` tasks.

    `learned` has the 95% interval `low` to `high`; `crossed` is a gain over `chance`. `structures` counts distinct
    tasks without names.
    """

    items: int
    tasks: int
    structures: int
    chance: float
    learned: float
    low: float
    high: float
    crossed: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CellFacts:
    """`start` and `difficulty` are in logits; the latter is None until it is calibrated."""

    category: str
    family: str
    level: int
    n: int
    load: str
    start: float
    guessing: GuessingFacts
    difficulty: float | None = None
    se: float | None = None
    answers: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnScale:
    """A scale's mean and standard deviation in the group, and its reliability from `reliability_n` people."""

    name: str
    n: int
    mean: float
    sd: float
    reliability: float | None
    alpha: float | None = None
    omega: float | None = None
    reliability_n: int = 0
    #: a `ReliabilitySource`, or "" if not recorded
    way: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnGroup:
    """A norm group of the organisation's own first attempts; `number` counts the norm sets of a version and form."""

    number: int
    version: str
    form: str
    language: str
    device: str
    n: int
    created_at: datetime
    scales: tuple[OwnScale, ...]

    @property
    def language_name(self) -> str:
        try:
            return str(get_language_info(self.language)["name_translated"])
        except KeyError:
            return self.language


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnCalibration:
    id: int
    number: int
    created_at: datetime
    found: CalibrationResult
    strata: tuple[Stratum, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    groups: tuple[OwnGroup, ...] = ()
    calibration: OwnCalibration | None = None


NOTHING = Known()


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFacts:
    """A key of ratings. `panel`: the experts who set it; None if no panel did. `actions`: how many it covers."""

    panel: Panel | None
    actions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TechnicalSheet:
    """The sheet in the active language. Kinds fill `scales`, `cells` and `more` (facts by heading)."""

    title: str
    version: str
    language: str
    form: str
    construct: str
    n_items: int
    minutes: int
    scales: tuple[ScaleFacts, ...]
    answer_scale: tuple[tuple[int, str], ...]
    scoring: str
    scoring_version: str
    reliability: str
    norms: str
    validity: str
    limits: tuple[str, ...]
    licence: str
    source: str
    #: whether the form has a time limit, unless the role sets another
    timed: bool = False
    #: whether the licence and the source come from a content pack
    states_rights: bool = True
    cells: tuple[CellFacts, ...] = ()
    more: Mapping[str, str] = field(default_factory=dict)
    published_norms: tuple[PublishedNormGroup, ...] = ()
    own_norms: tuple[OwnGroup, ...] = ()
    #: None for tests without a key of ratings
    key: KeyFacts | None = None


def reliability_sentence(groups: tuple[OwnGroup, ...]) -> str:
    sentences = [sentence for group in groups if (sentence := _agreement(group))]
    if not sentences:
        return gettext(
            "None yet. It is computed from an organisation's own answers once there are enough, "
            "and shown with their number."
        )
    scales = [scale for group in groups for scale in group.scales if scale.reliability is not None]
    formulas = [
        reliability_formula(scale.way, alpha=scale.alpha is not None, omega=scale.omega is not None)
        for scale in scales
    ]
    return " ".join([*sentences, *(f"{formula}." for formula in dict.fromkeys(formulas) if formula)])


def norms_sentence(published: list[PublishedNormGroup], groups: tuple[OwnGroup, ...], *, without: str) -> str:
    """A sentence about published and own norm groups. `without`: the sentence for a test without any."""
    lines = [published_norm(group) for group in published] + [own_norm(group) for group in groups]
    return " ".join(lines) if lines else gettext("None yet.") + f" {without}"


def published_norm(group: PublishedNormGroup) -> str:
    people = ngettext("%(n)s person", "%(n)s people", group.n) % {"n": written_count(group.n)}
    text = f"{group.name} ({people}). {_ended(group.source)} {_ended(group.caveat)}"
    return f"{text} " + gettext(
        "It is shown for information only: no percentile comes from it, because it doesn't say what type "
        "of device people used."
    )


def own_norm(group: OwnGroup) -> str:
    return gettext(
        "Your own norms %(number)s: %(n)s first attempts at version %(version)s (%(form)s) in “%(language)s” "
        "on a %(device)s, made on %(date)s."
    ) % {
        "number": group.number,
        "n": written_count(group.n),
        "version": group.version,
        "form": group.form,
        "language": group.language_name,
        "device": _device(group.device),
        "date": written_day(timezone.localtime(group.created_at)),
    }


def no_validity() -> str:
    return gettext("None yet: we know of no study that relates these scores to work.")


def common_limits() -> tuple[str, ...]:
    return (
        gettext("Don't compare answers given in different languages or versions."),
        gettext("Don't base a decision about anyone on it alone. Use it to prepare interview questions."),
        gettext("It doesn't measure health and must not be read that way."),
    )


def _agreement(group: OwnGroup) -> str:
    scales = [text for scale in group.scales if (text := _figure(scale))]
    if not scales:
        return ""
    return gettext("In %(language)s on a %(device)s: %(scales)s.") % {
        "language": group.language_name,
        "device": _device(group.device),
        "scales": in_series(scales),
    }


def _figure(scale: OwnScale) -> str:
    if scale.reliability is None:
        return ""
    figures = [
        f"{name} {written_figure(value)}"
        for name, value in (("omega", scale.omega), ("alpha", scale.alpha))
        if value is not None
    ] or [written_figure(scale.reliability)]
    text = f"{scale.name} {', '.join(figures)} (n {written_count(scale.reliability_n)})".strip()
    return (
        gettext("%(figures)s (few people, so uncertain)") % {"figures": text}
        if scale.reliability_n < FEW
        else text
    )


def _device(device: str) -> str:
    match device:
        case "phone":
            return pgettext("a class of devices", "phone")
        case "computer":
            return pgettext("a class of devices", "computer")
    return device


def _ended(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."
