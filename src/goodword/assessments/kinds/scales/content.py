"""An instrument: items, keys, scales and answer scale. `docs/content-packs.md` describes its JSON."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import Annotated, Any, ClassVar, Final, Literal, Self
from urllib.parse import quote

from django.utils.translation import gettext
from pydantic import BaseModel, ConfigDict, Field, StrictInt, TypeAdapter, model_validator
from pydantic import StringConstraints as Limits

from goodword.assessments.kinds.content import FULL_FORM, FormOffer, PublishedNormGroup, Scale
from goodword.assessments.kinds.packs import (
    DECIDING_SECONDS,
    KNOWN_NAMES,
    OPTIONAL,
    OPTIONAL_LIST,
    TEXT,
    FormError,
    ResponseOption,
    ResponseScale,
    check_rights,
    check_unique,
    read,
    wrong,
)
from goodword.assessments.kinds.scales.published_norms import PackNormGroup, norm_group
from goodword.core.text import reading_seconds, whole_minutes


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleItem:
    """`keyed`: whether agreement raises ("+") or lowers ("-") the score."""

    id: str
    text: str
    scale: str
    keyed: Literal["+", "-"]


@dataclass(frozen=True, slots=True)
class Form:
    """Items administered and scored together, in the instrument's order."""

    id: str
    name: str
    item_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """One version in one language. Translations of a version share the ids of items, scales and forms.

    A selection of a form's scales is a separate form: "short20:agreeableness,openness", with scales in the instrument's
    order. Norms belong to a form, so scores are only compared with scores on the same selection.
    """

    is_for_practice: ClassVar[bool] = False
    is_too_short_for_norms: ClassVar[bool] = False

    id: str
    version: str
    language: str
    name: str
    licence: str
    source: str
    instructions: str
    scales: tuple[Scale, ...]
    response_scale: tuple[ResponseOption, ...]
    items: tuple[ScaleItem, ...]
    short_forms: tuple[Form, ...] = ()
    norms: tuple[PublishedNormGroup, ...] = ()

    @property
    def forms(self) -> tuple[Form, ...]:
        return (Form(FULL_FORM, "", tuple(item.id for item in self.items)), *self.short_forms)

    def form(self, form_id: str) -> Form:
        """The form with this id. Raises `FormError`, like all methods that take a form."""
        for form in self.forms:
            if form.id == form_id:
                return form
        base, _, asked = form_id.rpartition(":")
        for form in self.forms:
            chosen = [scale for scale in self.scales if _quoted(scale) in asked.split(",")]
            if (
                form.id == base
                and 0 < len(chosen) < len(self.scales)
                and _narrowed_id(form, chosen) == form_id
            ):
                named = {scale.id for scale in chosen}
                asks = {item.id for item in self.items if item.scale in named}
                return Form(form_id, "", tuple(item for item in form.item_ids if item in asks))
        raise FormError(f"{self.name} has no form “{form_id}”.")

    def narrowed(self, form_id: str, scale_ids: Collection[str]) -> str:
        """The id of one of `forms` narrowed to these scales. Raises `FormError` if there are none."""
        if unknown := sorted(set(scale_ids) - {scale.id for scale in self.scales}):
            raise FormError(f"{self.name} has no scale “{unknown[0]}”.")
        chosen = [scale for scale in self.scales if scale.id in scale_ids]
        if not chosen:
            raise FormError("A form needs at least one scale.")
        form = next((form for form in self.forms if form.id == form_id), None)
        if form is None:
            raise FormError(f"{self.name} has no form “{form_id}”.")
        return form.id if len(chosen) == len(self.scales) else _narrowed_id(form, chosen)

    def longest_form_id(self) -> str:
        return max((_narrowed_id(form, self.scales) for form in self.forms), key=len)

    def whole_form(self, form_id: str) -> str:
        self.form(form_id)
        return form_id if any(form.id == form_id for form in self.forms) else form_id.rpartition(":")[0]

    def scales_of(self, form_id: str) -> tuple[Scale, ...]:
        asked = {item.scale for item in self.items_of(form_id)}
        return tuple(scale for scale in self.scales if scale.id in asked)

    def items_of(self, form_id: str) -> tuple[ScaleItem, ...]:
        wanted = set(self.form(form_id).item_ids)
        return tuple(item for item in self.items if item.id in wanted)

    def offers(self) -> tuple[FormOffer, ...]:
        return tuple(self.offer(form.id) for form in self.forms)

    def offer(self, form_id: str) -> FormOffer:
        form = self.form(form_id)
        whole = self.whole_form(form_id) == form_id
        return FormOffer(
            id=form.id,
            name=form.name if whole else self.form_label(form_id),
            items=len(form.item_ids),
            minutes=self.minutes(form.id),
        )

    def form_label(self, form_id: str) -> str:
        found = self.form(form_id)
        if self.whole_form(form_id) != form_id:
            return gettext("%(count)s items: %(scales)s") % {
                "count": len(found.item_ids),
                "scales": ", ".join(scale.name for scale in self.scales_of(form_id)),
            }
        return found.name or gettext("Full form, %(count)s items") % {"count": len(found.item_ids)}

    def count(self, form_id: str) -> int:
        return len(self.items_of(form_id))

    def minutes(self, form_id: str) -> int:
        return whole_minutes(
            reading_seconds(self.instructions)
            + sum(reading_seconds(item.text) + DECIDING_SECONDS for item in self.items_of(form_id))
        )

    @property
    def lowest(self) -> int:
        return min(option.value for option in self.response_scale)

    @property
    def highest(self) -> int:
        return max(option.value for option in self.response_scale)

    def value_of(self, item: ScaleItem, answer: int) -> int:
        """The value of an answer, reversed for an item keyed "-"."""
        return answer if item.keyed == "+" else self.lowest + self.highest - answer


def _quoted(scale: Scale) -> str:
    return quote(scale.id, safe="")


def _narrowed_id(form: Form, scales: Collection[Scale]) -> str:
    return f"{form.id}:{','.join(map(_quoted, scales))}"


KIND: Final = "scales"
METHOD = "mean"
REVERSE = "minimum + maximum - answer"


class _Scoring(BaseModel):
    model_config = KNOWN_NAMES

    method: Annotated[Literal["mean"], TEXT]
    reverse: Annotated[Literal["minimum + maximum - answer"] | None, TEXT] = None


class _PackItem(BaseModel):
    """An item with a number or, since later versions can change the order, an id."""

    model_config = KNOWN_NAMES

    number: StrictInt | None = None
    id: Annotated[str, TEXT, Limits(max_length=20)] | None = None
    text: Annotated[str, TEXT, Limits(min_length=1, max_length=500)]
    scale: Annotated[str, TEXT, Limits(min_length=1, max_length=500)]
    keyed: Annotated[Literal["+", "-"], TEXT]

    @model_validator(mode="after")
    def _check(self) -> Self:
        if not self.known_as:
            raise ValueError("needs a number or an id")
        return self

    @property
    def known_as(self) -> str:
        return str(self.number or "") if self.id is None else self.id


class _PackForm(BaseModel):
    """A short form; `items` are ids or numbers."""

    model_config = KNOWN_NAMES

    id: Annotated[str, TEXT, Limits(min_length=1, max_length=60)]
    name: Annotated[str, TEXT, Limits(min_length=1, max_length=100)]
    items: Annotated[list[StrictInt | str], Field(min_length=1)]


class ContentPack(BaseModel):
    """A test of scales as a file."""

    model_config = ConfigDict(extra="forbid", title="Content pack")

    kind: Literal["scales"]
    id: Annotated[str, TEXT, Limits(min_length=1, max_length=60)]
    version: Annotated[str, TEXT, Limits(min_length=1, max_length=20)]
    language: Annotated[str, TEXT, Limits(min_length=1, max_length=10)]
    name: Annotated[str, TEXT, Limits(min_length=1, max_length=200)]
    licence: Annotated[str, TEXT, Limits(min_length=1, max_length=500)]
    source: Annotated[str, TEXT, Limits(min_length=1, max_length=500)]
    instructions: Annotated[str, OPTIONAL, Limits(max_length=1000)] = ""
    scales: Annotated[tuple[Scale, ...], Field(min_length=1)]
    response_scale: ResponseScale
    scoring: _Scoring
    items: Annotated[list[_PackItem], Field(min_length=1)]
    short_forms: Annotated[list[_PackForm], OPTIONAL_LIST] = []
    norms: Annotated[list[PackNormGroup], OPTIONAL_LIST] = []


_PACK: Final = TypeAdapter(ContentPack)
_WHOLE: Final = "the content pack"


def parse_pack(data: object) -> Instrument:
    """Parse a pack. Raises `PackError` with a sentence that names the field."""
    check_rights(data, _WHOLE, what="items")
    pack = read(_PACK, data, whole=_WHOLE)
    scale_ids = [scale.id for scale in pack.scales]
    check_unique(_WHOLE, "scale", scale_ids)
    for number, item in enumerate(pack.items, start=1):
        if item.scale not in scale_ids:
            raise wrong(
                f"item {number} of {_WHOLE}",
                f"belongs to the scale “{item.scale}”, which the pack does not have",
            )
    items = tuple(
        ScaleItem(id=item.known_as, text=item.text, scale=item.scale, keyed=item.keyed) for item in pack.items
    )
    check_unique(_WHOLE, "item", [item.id for item in items])
    for scale_id in scale_ids:
        if not any(item.scale == scale_id for item in items):
            raise wrong(_WHOLE, f"has no item for the scale “{scale_id}”")
    forms = tuple(_form(form, number, items) for number, form in enumerate(pack.short_forms, start=1))
    form_ids = [FULL_FORM, *(form.id for form in forms)]
    check_unique(_WHOLE, "form", form_ids)
    for form in forms:
        covered = {item.scale for item in items if item.id in form.item_ids}
        if left_out := sorted(set(scale_ids) - covered):
            raise wrong(_WHOLE, f"has no item for the scale “{left_out[0]}” in the form “{form.id}”")
    return Instrument(
        id=pack.id,
        version=pack.version,
        language=pack.language,
        name=pack.name,
        licence=pack.licence,
        source=pack.source,
        instructions=pack.instructions,
        scales=pack.scales,
        response_scale=pack.response_scale,
        items=items,
        short_forms=forms,
        norms=tuple(
            norm_group(
                group, whole=f"norm group {number} of {_WHOLE}", form_ids=form_ids, scale_ids=scale_ids
            )
            for number, group in enumerate(pack.norms, start=1)
        ),
    )


def _form(form: _PackForm, number: int, items: tuple[ScaleItem, ...]) -> Form:
    named = {str(entry) for entry in form.items}
    known = tuple(item.id for item in items if item.id in named)
    if unknown := sorted(named - set(known)):
        raise wrong(
            f"short form {number} of {_WHOLE}",
            f"contains the item “{unknown[0]}”, which the pack does not have",
        )
    return Form(form.id, form.name, known)


def to_json(instrument: Instrument) -> dict[str, Any]:
    """JSON for `parse_pack`, without empty values."""
    pack: dict[str, Any] = {
        "kind": KIND,
        "id": instrument.id,
        "version": instrument.version,
        "language": instrument.language,
        "name": instrument.name,
        "licence": instrument.licence,
        "source": instrument.source,
        "instructions": instrument.instructions,
        "scales": [_filled(asdict(scale)) for scale in instrument.scales],
        "response_scale": [asdict(option) for option in instrument.response_scale],
        "scoring": {"method": METHOD, "reverse": REVERSE},
        "short_forms": [
            {"id": form.id, "name": form.name, "items": list(form.item_ids)}
            for form in instrument.short_forms
        ],
        "items": [asdict(item) for item in instrument.items],
        "norms": [_group_out(group) for group in instrument.norms],
    }
    return _filled(pack)


def _group_out(group: PublishedNormGroup) -> dict[str, Any]:
    return asdict(group) | {"scales": {scale_id: asdict(norm) for scale_id, norm in group.scales}}


def _filled(entry: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if value not in ("", [])}
