"""Typical errors in letter series, and the wrong answers that they lead to."""

from collections.abc import Mapping, Sequence
from string import ascii_uppercase

from goodword.assessments.library.reasoning.options import SLIP


def letter_errors(last: int, step: int, *, other: int | None = None) -> dict[str, int]:
    """Where typical errors lead from the place of the last letter, if it moves by `step` and another by `other`."""
    errors = {
        "step_too_far": last + 2 * step,
        "stays": last,
        "turns_back": last - step,
        f"{SLIP}of_one_on": last + step + 1,
        f"{SLIP}of_one_back": last + step - 1,
    }
    if other is not None:
        errors["takes_the_other_step"] = last + other
    return errors


def wrong_answers(
    right: tuple[int, ...], last: tuple[int, ...], errors: Sequence[Mapping[str, int]]
) -> dict[str, str]:
    """Each wrong answer with its error, from the errors in each letter; in pairs one may be wrong, or both. `last` is
    the last term that is shown, `right` the next."""
    wrong: dict[str, str] = {}
    if len(right) == 1:
        for error, place in errors[0].items():
            _add(wrong, (place,), error)
    else:
        first, second = right
        if first != second:
            _add(wrong, (second, first), "swaps_the_letters")
        for error, place in errors[0].items():
            _add(wrong, (place, second), f"{error}_in_the_first")
        for error, place in errors[1].items():
            _add(wrong, (first, place), f"{error}_in_the_second")
        for error, place in errors[0].items():
            for error_2, place_2 in errors[1].items():
                _add(wrong, (place, place_2), f"{error}_in_the_first_{error_2}_in_the_second")
    wrong.pop(text(right), None)
    # What was the last term cannot be meant as the next.
    wrong.pop(text(last), None)
    return wrong


def _add(wrong: dict[str, str], places: tuple[int, ...], error: str) -> None:
    if all(0 <= place < len(ascii_uppercase) for place in places):
        wrong.setdefault(text(places), error)


def text(places: tuple[int, ...]) -> str:
    """The letters at places in the alphabet, from 0."""
    return "".join(ascii_uppercase[place] for place in places)
