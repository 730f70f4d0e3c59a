"""An instrument: items, keys, scales and answer scale of one questionnaire, read from a content pack.

A content pack is one JSON file: `id, version, language, name, licence, source, scales, response_scale,
scoring, items, short_forms` and optionally `norms` and `instructions`. `pack.py` reads it and says what is
wrong with it.
"""

from dataclasses import dataclass
from typing import Literal

FULL_FORM = "full"
#: fewer people make no norm group, as in psychometrics.norms, which this file cannot import
LEAST_PEOPLE = 100


class FormError(LookupError):
    """A form that the instrument does not have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """What a group of items measures. The two ends are described alike: neither is the better one.

    `name` is the word shown, `construct` the field's own name for it. Packs from outside may leave all but
    `id` and `name` empty.
    """

    id: str
    name: str
    construct: str = ""
    description: str = ""
    low_label: str = ""
    low_text: str = ""
    high_label: str = ""
    high_text: str = ""


@dataclass(frozen=True, slots=True)
class ResponseOption:
    """One answer on the answer scale: the whole number that is scored, and its label."""

    value: int
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One sentence to answer. `keyed` says whether agreeing raises ("+") or lowers ("-") its scale."""

    id: str
    text: str
    scale: str
    keyed: Literal["+", "-"]


@dataclass(frozen=True, slots=True)
class Form:
    """A set of items, in the instrument's order, that is given and scored as one."""

    id: str
    name: str
    item_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Norm:
    """Mean and standard deviation of one scale in a norm group, on the answer scale."""

    mean: float
    sd: float


@dataclass(frozen=True, slots=True, kw_only=True)
class NormGroup:
    """A norm group for one form, with where it comes from and what to beware of. `n` is a number of people."""

    form: str
    name: str
    n: int
    source: str
    caveat: str
    scales: tuple[tuple[str, Norm], ...]

    @property
    def usable(self) -> bool:
        """Whether it is large enough to compare with; a smaller one is kept, and shown as what it is."""
        return self.n >= LEAST_PEOPLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """All of one version in one language. Translations of a version share ids of items, scales and forms."""

    id: str
    version: str
    language: str
    name: str
    licence: str
    source: str
    instructions: str
    scales: tuple[Scale, ...]
    response_scale: tuple[ResponseOption, ...]
    items: tuple[Item, ...]
    short_forms: tuple[Form, ...] = ()
    norms: tuple[NormGroup, ...] = ()

    @property
    def forms(self) -> tuple[Form, ...]:
        """The full form (id "full") and the short ones."""
        return (Form(FULL_FORM, "", tuple(item.id for item in self.items)), *self.short_forms)

    def form(self, form_id: str) -> Form:
        """One form by its id. Raises `FormError`."""
        for form in self.forms:
            if form.id == form_id:
                return form
        raise FormError(f"{self.name} has no form “{form_id}”.")

    def items_of(self, form_id: str) -> tuple[Item, ...]:
        """The items of a form, in the order in which they are given. Raises `FormError`."""
        wanted = set(self.form(form_id).item_ids)
        return tuple(item for item in self.items if item.id in wanted)

    @property
    def lowest(self) -> int:
        """The lowest value of the answer scale."""
        return min(option.value for option in self.response_scale)

    @property
    def highest(self) -> int:
        """The highest value of the answer scale."""
        return max(option.value for option in self.response_scale)
