"""Reads a content pack and says in a sentence what is wrong with it."""

import json
from typing import Literal, cast

from goodword.assessments.library.instrument import (
    FULL_FORM,
    Form,
    Instrument,
    Item,
    Norm,
    NormGroup,
    ResponseOption,
    Scale,
)
from goodword.questionnaires.reading import Reader, ReadingError

METHOD = "mean"
REVERSE = "minimum + maximum - answer"


class PackError(ReadingError):
    """What is wrong with a content pack, in one sentence."""


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
            _norm_group(entry, form_ids, scale_ids)
            for entry in reader.objects("norms", each="norm group", needed=False)
        ),
    )
    reader.done()
    return instrument


def check_rights(reader: Reader, *, what: str) -> None:
    """Refuse content without a licence or a source; `what` it holds is named in the sentence."""
    if not reader.has("licence"):
        raise reader.wrong(f"has no licence; say under which licence the {what} may be used")
    if not reader.has("source"):
        raise reader.wrong(f"has no source; say who wrote the {what} and where they were published")


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


def _item(reader: Reader, scale_ids: frozenset[str]) -> Item:
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
    item = Item(id=item_id, text=reader.text("text"), scale=scale, keyed=cast(Literal["+", "-"], keyed))
    reader.done()
    return item


def read_response_scale(reader: Reader) -> tuple[ResponseOption, ...]:
    """The answer scale: at least two values, rising one by one."""
    options = []
    for entry in reader.objects("response_scale", each="answer"):
        options.append(ResponseOption(entry.whole("value"), entry.text("label", longest=80)))
        entry.done()
    values = [option.value for option in options]
    if len(values) < 2 or values != list(range(values[0], values[0] + len(values))):
        raise reader.wrong("needs an answer scale of at least two values, rising one by one")
    return tuple(options)


def _form(reader: Reader, items: tuple[Item, ...]) -> Form:
    named = {str(entry) for entry in reader.entries("items")}
    known = tuple(item.id for item in items if item.id in named)
    unknown = sorted(named - set(known))
    if unknown:
        raise reader.wrong(f"holds the item “{unknown[0]}”, which the pack does not have")
    form = Form(reader.text("id", longest=60), reader.text("name", longest=100), known)
    reader.done()
    return form


def _check_form(reader: Reader, form: Form, *, items: tuple[Item, ...], scale_ids: frozenset[str]) -> None:
    covered = {item.scale for item in items if item.id in form.item_ids}
    for scale_id in sorted(scale_ids - covered):
        raise reader.wrong(f"has no item for the scale “{scale_id}” in the form “{form.id}”")


def unique(reader: Reader, what: str, ids: list[str]) -> frozenset[str]:
    """The ids as a set; refused if one comes twice."""
    for place, one in enumerate(ids):
        if one in ids[:place]:
            raise reader.wrong(f"has the {what} “{one}” twice")
    return frozenset(ids)


def _norm_group(reader: Reader, form_ids: frozenset[str], scale_ids: frozenset[str]) -> NormGroup:
    split = sorted({"sex", "gender", "race", "ethnicity", "age"} & set(reader.names()))
    if split:
        raise reader.wrong(f"is split by {split[0]}; norms for selection must not be")
    form = reader.text("form")
    if form not in form_ids:
        raise reader.wrong(f"is for the form “{form}”, which the pack does not have")
    table = reader.child("scales", where=f"the scales of {reader.where}")
    if frozenset(table.names()) != scale_ids:
        raise reader.wrong("must have a mean and a standard deviation for each scale, and for no other")
    norms = tuple((scale_id, _norm(table, scale_id)) for scale_id in table.names())
    n = reader.whole("n")
    if n < 1:
        raise reader.wrong("needs the number of people it comes from under “n”")
    return NormGroup(
        form=form,
        name=reader.text("name", longest=200),
        n=n,
        source=reader.text("source"),
        caveat=reader.text("caveat"),
        scales=norms,
    )


def _norm(table: Reader, scale_id: str) -> Norm:
    reader = table.child(scale_id, where=f"“{scale_id}” in {table.where}")
    norm = Norm(reader.number("mean"), reader.number("sd"))
    if norm.sd <= 0:
        raise reader.wrong("needs a standard deviation above zero")
    reader.done()
    return norm
