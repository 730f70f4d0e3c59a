"""Holds a stored snapshot against the types of `snapshot.py`, so that a wrong one fails with a sentence.

The typed dictionaries are the single description: this walks them at run time. It knows the forms that they
use (dictionaries, lists, literals, unions, numbers, text) and refuses any other, so that a new form in the
types cannot pass unchecked.
"""

import types
from collections.abc import Mapping
from typing import (
    Any,
    Literal,
    NotRequired,
    TypeAliasType,
    Union,
    cast,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

from goodword.reports.pdf.snapshot import AssessmentSnapshot, ReferenceCheckSnapshot, Snapshot

KINDS: Mapping[str, type] = {"assessment": AssessmentSnapshot, "reference_check": ReferenceCheckSnapshot}


class SnapshotError(ValueError):
    """A snapshot that does not have the shape it should have; the message names the place."""


def check_snapshot(snapshot: Mapping[str, Any]) -> Snapshot:
    """The same snapshot, known to be of one of the two kinds.

    Raises `SnapshotError` with the path of the first value that is missing, unknown or of another type.
    """
    kind = snapshot.get("kind")
    form = KINDS.get(kind) if isinstance(kind, str) else None
    if form is None:
        raise SnapshotError(f"kind: {kind!r} is not a kind of report")
    _check(snapshot, form, "")
    return cast(Snapshot, snapshot)


def _check(value: Any, form: Any, path: str) -> None:
    if isinstance(form, TypeAliasType):
        _check(value, form.__value__, path)
    elif is_typeddict(form):
        _check_mapping(value, form, path)
    elif get_origin(form) is NotRequired:
        _check(value, get_args(form)[0], path)
    elif get_origin(form) in {Union, types.UnionType}:
        _check_union(value, get_args(form), path)
    elif get_origin(form) is Literal:
        if isinstance(value, bool) or value not in get_args(form):
            raise SnapshotError(f"{path}: {value!r} is not one of {get_args(form)}")
    elif get_origin(form) in {list, dict}:
        _check_many(value, form, path)
    else:
        _check_plain(value, form, path)


def _check_many(value: Any, form: Any, path: str) -> None:
    kind = get_origin(form)
    if not isinstance(value, kind):
        raise SnapshotError(f"{path}: {kind.__name__} is needed, not {type(value).__name__}")
    for key, one in value.items() if kind is dict else enumerate(value):
        _check(one, get_args(form)[-1], f"{path}[{key!r}]")


def _check_plain(value: Any, form: Any, path: str) -> None:
    """A single value: `bool` is no number here, and a whole number may stand for a fraction."""
    wanted: tuple[type, ...] = (int, float) if form is float else (form,)
    if form not in {str, int, float, bool, type(None)}:
        raise SnapshotError(f"{path}: {form!r} cannot be checked")
    if not isinstance(value, wanted) or (isinstance(value, bool) and form is not bool):
        raise SnapshotError(f"{path}: {form.__name__} is needed, not {type(value).__name__}")


def _check_mapping(value: Any, form: Any, path: str) -> None:
    if not isinstance(value, Mapping):
        raise SnapshotError(f"{path or 'snapshot'}: a mapping is needed, not {type(value).__name__}")
    hints = get_type_hints(form, include_extras=True)
    for key in form.__required_keys__:
        if key not in value:
            raise SnapshotError(f"{path}.{key}: is missing".lstrip("."))
    for key, one in value.items():
        if key not in hints:
            raise SnapshotError(f"{path}.{key}: is not known".lstrip("."))
        _check(one, hints[key], f"{path}.{key}".lstrip("."))


def _check_union(value: Any, forms: tuple[Any, ...], path: str) -> None:
    """Dictionaries in a union are distinguished by `type` or `kind`; of other forms one must match."""
    dictionaries = [form for form in forms if is_typeddict(form)]
    if dictionaries and isinstance(value, Mapping):
        for form in dictionaries:
            if _fits_type(value, form):
                _check(value, form, path)
                return
        tag = "kind" if "kind" in value else "type"
        raise SnapshotError(f"{path}.{tag}: {value.get(tag)!r} is not known")
    failures = []
    for form in forms:
        try:
            _check(value, form, path)
        except SnapshotError as failure:
            failures.append(failure)
        else:
            return
    raise failures[0]


def _fits_type(value: Mapping[str, Any], form: Any) -> bool:
    """Whether the mark that tells forms apart is that of this one; what may lack it fits without it."""
    hints = get_type_hints(form, include_extras=True)
    for tag in ("type", "kind"):
        hint = hints.get(tag)
        if get_origin(hint) is NotRequired:
            if tag not in value:
                continue
            hint = get_args(hint)[0]
        if get_origin(hint) is Literal and value.get(tag) not in get_args(hint):
            return False
    return True
