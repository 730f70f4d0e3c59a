"""The three grades of a sign in answers. A flag never changes a score; possible explanations are shown with it."""

from fractions import Fraction
from typing import Literal

type Grade = Literal["low", "medium", "high"]


def graded(value: Fraction, *, low: Fraction, medium: Fraction, high: Fraction) -> Grade | None:
    """The highest grade whose threshold the value reaches; None below all of them."""
    if value >= high:
        return "high"
    if value >= medium:
        return "medium"
    return "low" if value >= low else None
