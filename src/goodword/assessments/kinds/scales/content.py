"""An instrument: items, keys, scales and answer scale, read from a content pack and written to one.

A content pack is one JSON file: `id, version, language, name, licence, source, scales, response_scale, scoring, items,
short_forms` and optionally `norms` and `instructions`.
"""

import json
from dataclasses import asdict, dataclass
from typing import Any, Literal, cast

from django.utils.translation import gettext

from goodword.assessments.kinds.packs import (
    DECIDING_SECONDS,
    FULL_FORM,
    FormError,
    FormOffer,
    PackError,
    ResponseOption,
    check_rights,
    read_response_scale,
    unique,
    whole_minutes,
)
from goodword.assessments.kinds.scales.published_norms import NormGroup, read_norm_group
from goodword.core.json_reading import Reader
from goodword.questionnaires.timing import reading_seconds


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleItem:
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
    items: tuple[ScaleItem, ...]
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

    def items_of(self, form_id: str) -> tuple[ScaleItem, ...]:
        """The items of a form, in the order in which they are given. Raises `FormError`."""
        wanted = set(self.form(form_id).item_ids)
        return tuple(item for item in self.items if item.id in wanted)

    def offers(self) -> tuple[FormOffer, ...]:
        """The forms, the full one first."""
        return tuple(
            FormOffer(id=form.id, name=form.name, items=len(form.item_ids), minutes=self.minutes(form.id))
            for form in self.forms
        )

    def form_label(self, form_id: str) -> str:
        """A form in words. Raises `FormError`."""
        found = self.form(form_id)
        return found.name or gettext("Full form, %(count)s items") % {"count": len(found.item_ids)}

    def count(self, form_id: str) -> int:
        """How many items a form has. Raises `FormError`."""
        return len(self.items_of(form_id))

    def minutes(self, form_id: str) -> int:
        """About how long a form takes. Raises `FormError`."""
        return whole_minutes(
            reading_seconds(self.instructions)
            + sum(reading_seconds(item.text) + DECIDING_SECONDS for item in self.items_of(form_id))
        )

    @property
    def lowest(self) -> int:
        """The lowest value of the answer scale."""
        return min(option.value for option in self.response_scale)

    @property
    def highest(self) -> int:
        """The highest value of the answer scale."""
        return max(option.value for option in self.response_scale)


METHOD = "mean"
REVERSE = "minimum + maximum - answer"


def read_pack(text: str) -> Instrument:
    """The instrument of a content pack as text. Raises `PackError`."""
    try:
        data: object = json.loads(text)
    except json.JSONDecodeError as broken:
        raise PackError(f"The file is not JSON: line {broken.lineno}, column {broken.colno}.") from broken
    return parse_pack(data)


def parse_pack(data: object) -> Instrument:
    """The instrument of a content pack. Raises `PackError` with a sentence that names the place.

    Checked are: licence and source; every item belongs to a known scale and has a key; every scale has items;
    ids are unique; the answer scale has at least two values in rising order without gaps; short forms hold
    known items and cover every scale; the scoring is the one that we know; norms are whole and not split by
    sex, race or age.
    """
    reader = Reader(data, where="the content pack", error=PackError)
    check_rights(reader, what="items")
    _check_scoring(reader.child("scoring", where="the scoring"))
    scales = tuple(_scale(entry) for entry in reader.objects("scales", each="scale"))
    scale_ids = unique(reader, "scale", [scale.id for scale in scales])
    items = tuple(_item(entry, scale_ids) for entry in reader.objects("items", each="item"))
    unique(reader, "item", [item.id for item in items])
    for scale in scales:
        if not any(item.scale == scale.id for item in items):
            raise reader.wrong(f"has no item for the scale “{scale.id}”")
    forms = tuple(
        _form(entry, items) for entry in reader.objects("short_forms", each="short form", needed=False)
    )
    form_ids = unique(reader, "form", [FULL_FORM, *(form.id for form in forms)])
    for form in forms:
        _check_form(reader, form, items=items, scale_ids=scale_ids)
    instrument = Instrument(
        id=reader.text("id", longest=60),
        version=reader.text("version", longest=20),
        language=reader.text("language", longest=10),
        name=reader.text("name", longest=200),
        licence=reader.text("licence"),
        source=reader.text("source"),
        instructions=reader.text("instructions", longest=1000, default=""),
        scales=scales,
        response_scale=read_response_scale(reader),
        items=items,
        short_forms=forms,
        norms=tuple(
            read_norm_group(entry, form_ids=form_ids, scale_ids=scale_ids)
            for entry in reader.objects("norms", each="norm group", needed=False)
        ),
    )
    reader.done()
    return instrument


def to_json(instrument: Instrument) -> dict[str, Any]:
    """The instrument as a content pack; `parse_pack` gives an equal one back. What is empty is left out."""
    pack: dict[str, Any] = {
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


def _group_out(group: NormGroup) -> dict[str, Any]:
    return asdict(group) | {"scales": {scale_id: asdict(norm) for scale_id, norm in group.scales}}


def _filled(entry: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if value not in ("", [])}


def _check_scoring(reader: Reader) -> None:
    method, reverse = reader.text("method"), reader.text("reverse", default=REVERSE)
    if method != METHOD or reverse != REVERSE:
        raise reader.wrong(f"must be the method “{METHOD}” with the reverse “{REVERSE}”; no other is known")
    reader.done()


def _scale(reader: Reader) -> Scale:
    scale = Scale(
        id=reader.text("id", longest=60),
        name=reader.text("name", longest=100),
        construct=reader.text("construct", longest=100, default=""),
        description=reader.text("description", default=""),
        low_label=reader.text("low_label", longest=60, default=""),
        low_text=reader.text("low_text", default=""),
        high_label=reader.text("high_label", longest=60, default=""),
        high_text=reader.text("high_text", default=""),
    )
    reader.done()
    return scale


def _item(reader: Reader, scale_ids: frozenset[str]) -> ScaleItem:
    # Packs number their items; an id beside the number lets a later version change the order.
    number = reader.whole("number", default=0)
    item_id = reader.text("id", longest=20, default=str(number) if number else "")
    if not item_id:
        raise reader.wrong("needs a number or an id")
    scale, keyed = reader.text("scale"), reader.text("keyed")
    if scale not in scale_ids:
        raise reader.wrong(f"belongs to the scale “{scale}”, which the pack does not have")
    if keyed not in {"+", "-"}:
        raise reader.wrong("must be keyed “+” or “-”")
    item = ScaleItem(id=item_id, text=reader.text("text"), scale=scale, keyed=cast(Literal["+", "-"], keyed))
    reader.done()
    return item


def _form(reader: Reader, items: tuple[ScaleItem, ...]) -> Form:
    named = {str(entry) for entry in reader.entries("items")}
    known = tuple(item.id for item in items if item.id in named)
    unknown = sorted(named - set(known))
    if unknown:
        raise reader.wrong(f"holds the item “{unknown[0]}”, which the pack does not have")
    form = Form(reader.text("id", longest=60), reader.text("name", longest=100), known)
    reader.done()
    return form


def _check_form(
    reader: Reader, form: Form, *, items: tuple[ScaleItem, ...], scale_ids: frozenset[str]
) -> None:
    covered = {item.scale for item in items if item.id in form.item_ids}
    for scale_id in sorted(scale_ids - covered):
        raise reader.wrong(f"has no item for the scale “{scale_id}” in the form “{form.id}”")
