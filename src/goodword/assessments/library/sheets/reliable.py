"""How a reliability comes about, in words and by its formula, wherever one is shown (docs/scoring.md)."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

from goodword.core.written import written_count, written_figure

_OMEGA: Final = gettext_lazy(
    "omega = (Σa)² ÷ ((Σa)² + Σu), where a is what the one factor that all items share explains of an item, and u the "
    "variance that it leaves (McDonald 1999)"
)
_ALPHA: Final = gettext_lazy(
    "alpha = k ÷ (k − 1) × (1 − sum of the variances of the k items ÷ variance of their sum) (Cronbach 1951)"
)
_BY: Final[Mapping[str, Promise]] = {
    "halves": gettext_lazy(
        "2r ÷ (1 + r), where r is the correlation between two halves of each person's tasks (Spearman 1910, Brown 1910)"
    ),
    "calibration": gettext_lazy(
        "1 − mean squared standard error of the abilities ÷ variance of the abilities, among the people of the "
        "calibration"
    ),
}


def reliability_formula(way: str, *, alpha: bool = False, omega: bool = False) -> str:
    """The formulas behind a reliability, ending without a full stop; empty where it is not known how it was made.

    `way` is that of domain.norms.figures: "items", "halves" or "calibration". `alpha` and `omega` say which there are.
    """
    told = [str(formula) for formula, there in ((_OMEGA, omega), (_ALPHA, alpha)) if there]
    return "; ".join(told) or str(_BY.get(way, ""))


def reliability_figures(
    value: float, *, way: str, n: int, alpha: float | None = None, omega: float | None = None
) -> str:
    """A reliability with what it was made from: "omega 0.83, alpha 0.81, from 120 people"."""
    held = {"value": written_figure(value), "n": written_count(n)}
    if alpha is not None or omega is not None:
        pairs = (("omega", omega), ("alpha", alpha))
        held["value"] = ", ".join(f"{name} {written_figure(one)}" for name, one in pairs if one is not None)
        return gettext("%(value)s, from %(n)s people who answered all of it") % held
    match way:
        case "halves":
            return gettext("%(value)s, from two halves of the tasks of %(n)s people") % held
        case "calibration":
            return gettext("%(value)s, from the calibration by %(n)s people") % held
    return gettext("%(value)s, from %(n)s people") % held
