"""Validates JSON written by people, and turns pydantic's errors into sentences that name the place and the reason."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from goodword.core.text import clean_text

type Json = str | int | float | bool | Sequence[Json] | Mapping[str, Json] | None


class ReadingError(ValueError):
    pass


_LONGEST_NAME = 60

#: phrases for required and unexpected keys and wrong values, by pydantic's error type; `name` is the key
_PHRASES: Mapping[str, str] = {
    "missing": "needs “{name}”",
    "extra_forbidden": "has “{name}”, which isn't a known field",
    "unexpected_keyword_argument": "has “{name}”, which isn't a known field",
    "string_type": "needs a text under “{name}”",
    "string_too_short": "needs a text under “{name}”",
    "string_too_long": "has more than {max_length} characters under “{name}”",
    "bool_type": "needs true or false under “{name}”",
    "int_type": "needs a whole number under “{name}”",
    "int_from_float": "needs a whole number under “{name}”",
    "float_type": "needs a number under “{name}”",
    "finite_number": "needs a number under “{name}”",
    "greater_than": "needs more than {gt} under “{name}”",
    "greater_than_equal": "needs at least {ge} under “{name}”",
    "less_than": "needs less than {lt} under “{name}”",
    "less_than_equal": "needs at most {le} under “{name}”",
    "list_type": "needs a list under “{name}”",
    "tuple_type": "needs a list under “{name}”",
    "too_short": "needs at least {min_length} entries under “{name}”",
    "too_short_one": "needs at least 1 entry under “{name}”",
    "too_long": "has more than {max_length} entries under “{name}”",
    "none_required": "must leave “{name}” empty",
    "literal_error": "needs {expected} under “{name}”",
    "union_tag_not_found": "needs “{discriminator}”",
    "union_tag_invalid": "has the {discriminator} “{tag}”, which is not one of {expected_tags}",
}
_NO_OBJECT = {"dict_type", "model_type", "model_attributes_type", "dataclass_type", "mapping_type"}


def shortened(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME]}…"


def sentences(
    error: ValidationError, data: object, *, whole: str, each: Mapping[str, str] | None = None
) -> list[str]:
    """Return a sentence for each problem in `data`. `whole`: what to call it ("question 3"); `each`: what to call its
    entries, by key ({"levels": "level"})."""
    return [_sentence(details, data, whole, each or {}) for details in error.errors(include_url=False)]


def path_problem(error: ValidationError, data: object, *, whole: str) -> str:
    """The first problem in `data` with its path: "check.references[0] needs “name”"."""
    steps, what = _split(error.errors(include_url=False)[0], data)
    path = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps).lstrip(".")
    return f"{path or whole} {what}"


def _sentence(details: ErrorDetails, data: object, whole: str, each: Mapping[str, str]) -> str:
    steps, what = _split(details, data)
    sentence = clean_text(f"{_where(steps, whole, each)} {what}.", one_line=True)
    return sentence[:1].upper() + sentence[1:]


def _split(details: ErrorDetails, data: object) -> tuple[Sequence[int | str], str]:
    kind, context = details["type"], details.get("ctx", {})
    steps = _steps(details["loc"], data)
    if kind in _NO_OBJECT:
        return steps, "must be an object with named values"
    if kind == "value_error":
        # our validators raise ValueError with the end of a sentence about the object, whichever key they check
        return steps[:-1] if steps and isinstance(steps[-1], str) else steps, str(context["error"])
    if kind.startswith("union_tag_"):
        words = {name: shortened(str(value).strip("'_()")) for name, value in context.items()}
        if "expected_tags" in context:
            words["expected_tags"] = ", ".join(
                sorted(tag.strip("' ") for tag in str(context["expected_tags"]).split(","))
            )
        return steps, _PHRASES[kind].format(**words)
    if kind in {"too_short", "too_long"} and isinstance(details["input"], str):
        kind = f"string_{kind}"
    elif kind == "too_short" and context["min_length"] == 1:
        kind = "too_short_one"
    *around, last = steps or ["value"]
    phrase = _PHRASES.get(kind, "is wrong under “{name}”: {message}")
    if isinstance(last, int):
        *around, name = around or ["value"]
        phrase += f", place {last + 1}"
    else:
        name = last
    return around, phrase.format(**{**context, "name": shortened(str(name)), "message": details["msg"]})


def _steps(loc: Sequence[int | str], data: object) -> list[int | str]:
    """The keys and positions in `data` that lead to a problem, without the names of a union's members."""
    steps: list[int | str] = []
    for number, step in enumerate(loc, start=1):
        if isinstance(data, Mapping) and step in data:
            data = data[step]
        elif isinstance(data, list | tuple) and isinstance(step, int):
            data = data[step] if step < len(data) else None
        elif number < len(loc):
            continue
        steps.append(step)
    return steps


def _where(steps: Sequence[int | str], whole: str, each: Mapping[str, str]) -> str:
    where, key = whole, ""
    for step, after in pairwise([*steps, ""]):
        if isinstance(step, int):
            where = f"{each.get(key, f'entry of “{key}”,')} {step + 1} of {where}"
        elif isinstance(after, int):
            key = step
        else:
            where = f"the {each.get(step, f'part “{step}”')} of {where}"
    return where
