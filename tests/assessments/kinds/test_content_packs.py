"""Content packs: the published format is accepted, and errors are explained."""

import json
from typing import Any

import pytest

from goodword.assessments.kinds.content import Norm, PublishedNormGroup
from goodword.assessments.kinds.packs import FormError, PackError
from goodword.assessments.kinds.scales.content import Form, ScaleItem, parse_pack, to_json
from tests.assessments.builtins import load
from tests.assessments.kinds.packs import small_pack


def test_a_pack_in_the_published_form_is_read_whole() -> None:
    instrument = parse_pack(small_pack())
    assert instrument.items[2] == ScaleItem(id="3", text="I am cool.", scale="warm", keyed="-")
    assert instrument.short_forms == (Form("half", "Half", ("1", "2")),)
    assert instrument.norms == (
        PublishedNormGroup(
            form="half",
            name="visitors",
            n=120,
            source="a survey",
            caveat="not representative",
            scales=(("warm", Norm(3.5, 0.5)), ("quick", Norm(3.0, 1.0))),
        ),
    )
    assert (instrument.lowest, instrument.highest) == (1, 5)


def test_a_form_holds_its_items_in_the_order_of_the_instrument() -> None:
    instrument = parse_pack(small_pack(short_forms=[{"id": "half", "name": "Half", "items": [4, 1]}]))
    assert [item.id for item in instrument.items_of("half")] == ["1", "4"]
    assert [item.id for item in instrument.items_of("full")] == ["1", "2", "3", "4"]


def test_an_unknown_form_is_refused_by_name() -> None:
    with pytest.raises(FormError) as refused:
        parse_pack(small_pack()).form("long")
    assert refused.value.args == ("Small has no form “long”.",)


def _without(key: str) -> dict[str, Any]:
    return {name: value for name, value in small_pack().items() if name != key}


def _with_item(**changes: Any) -> dict[str, Any]:
    items = small_pack()["items"]
    return small_pack(items=[*items[:3], items[3] | changes])


def _with_norm(**changes: Any) -> dict[str, Any]:
    return small_pack(norms=[small_pack()["norms"][0] | changes])


@pytest.mark.parametrize(
    ("pack", "sentence"),
    [
        ([], "The content pack must be an object with named values."),
        (
            _without("licence"),
            "The content pack has no licence; say under which licence the items may be used.",
        ),
        (
            _without("source"),
            "The content pack has no source; say who wrote the items and where they were published.",
        ),
        (small_pack(licence=" "), "The content pack needs a text under “licence”."),
        (small_pack(licences="x"), "The content pack has “licences”, which isn't a known field."),
        (small_pack(items=[]), "The content pack needs at least 1 entry under “items”."),
        (
            small_pack(scoring={"method": "sum"}),
            "The scoring of the content pack needs 'mean' under “method”.",
        ),
        (
            small_pack(response_scale=[{"value": 1, "label": "No"}, {"value": 3, "label": "Yes"}]),
            "The content pack needs an answer scale of at least two values, rising one by one.",
        ),
        (_with_item(number=3), "The content pack has the item “3” twice."),
        (
            _with_item(scale="cold"),
            "Item 4 of the content pack belongs to the scale “cold”, which the pack does not have.",
        ),
        (_with_item(keyed="*"), "Item 4 of the content pack needs '+' or '-' under “keyed”."),
        (_with_item(number=None), "Item 4 of the content pack needs a number or an id."),
        (
            small_pack(scales=[*small_pack()["scales"], {"id": "calm", "name": "Calm"}]),
            "The content pack has no item for the scale “calm”.",
        ),
        (
            small_pack(short_forms=[{"id": "half", "name": "Half", "items": [1, 9]}], norms=[]),
            "Short form 1 of the content pack contains the item “9”, which the pack does not have.",
        ),
        (
            small_pack(short_forms=[{"id": "half", "name": "Half", "items": [1, 3]}], norms=[]),
            "The content pack has no item for the scale “quick” in the form “half”.",
        ),
        (
            small_pack(short_forms=[{"id": "full", "name": "Half", "items": [1, 2]}], norms=[]),
            "The content pack has the form “full” twice.",
        ),
        (
            _with_norm(sex="female"),
            "Norm group 1 of the content pack is split by sex; norms for selection must not be.",
        ),
        (
            _with_norm(scales={"warm": {"mean": 3, "sd": 1}}),
            (
                "Norm group 1 of the content pack must have a mean and a standard deviation for each scale, "
                "and for no other."
            ),
        ),
        (
            _with_norm(scales={"warm": {"mean": 3, "sd": 0}, "quick": {"mean": 3, "sd": 1}}),
            "“warm” in the scales of norm group 1 of the content pack needs a standard deviation above zero.",
        ),
        (
            _with_norm(name="women in sales"),
            (
                "Norm group 1 of the content pack is split by sex, as its name “women in sales” says; "
                "norms for selection must not be."
            ),
        ),
        (
            _with_norm(region="north"),
            "Norm group 1 of the content pack has “region”, which isn't a known field.",
        ),
        (
            _with_norm(n=0),
            "Norm group 1 of the content pack needs the number of people it comes from under “n”.",
        ),
        (
            _with_norm(form="long"),
            "Norm group 1 of the content pack is for the form “long”, which the pack does not have.",
        ),
    ],
)
def test_invalid_packs_are_refused_with_field_and_reason(pack: object, sentence: str) -> None:
    with pytest.raises(PackError) as refused:
        parse_pack(pack)
    assert str(refused.value) == sentence


def test_an_exported_pack_reads_back_equal() -> None:
    instrument = parse_pack(small_pack(instructions="Think of a usual day."))
    assert parse_pack(json.loads(json.dumps(to_json(instrument)))) == instrument
    built_in = load(language="fr")
    assert parse_pack(to_json(built_in)) == built_in


def test_an_export_has_item_ids_and_no_empty_values() -> None:
    assert to_json(parse_pack(small_pack(norms=[]))) == {
        "kind": "scales",
        "id": "small",
        "version": "1",
        "language": "en",
        "name": "Small",
        "licence": "public domain",
        "source": "made for the tests",
        "scales": [{"id": "warm", "name": "Warm"}, {"id": "quick", "name": "Quick"}],
        "response_scale": [{"value": value, "label": f"Answer {value}"} for value in (1, 2, 3, 4, 5)],
        "scoring": {"method": "mean", "reverse": "minimum + maximum - answer"},
        "short_forms": [{"id": "half", "name": "Half", "items": ["1", "2"]}],
        "items": [
            {"id": "1", "text": "I am warm.", "scale": "warm", "keyed": "+"},
            {"id": "2", "text": "I am quick.", "scale": "quick", "keyed": "+"},
            {"id": "3", "text": "I am cool.", "scale": "warm", "keyed": "-"},
            {"id": "4", "text": "I am slow.", "scale": "quick", "keyed": "-"},
        ],
    }


@pytest.mark.parametrize("n", [1, 99, 5000])
def test_a_norm_group_of_any_size_is_read(n: int) -> None:
    assert [group.n for group in parse_pack(_with_norm(n=n, name="women and men")).norms] == [n]
