"""Hostile packs are rejected, or shown as plain text."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from goodword.accounts.models import Membership
from goodword.assessments.models import TestVersion
from tests.assessments.kinds.judgements import small_set
from tests.assessments.kinds.packs import small_pack
from tests.assessments.library_pages.support import NOW, custom_questions, rows, url
from tests.support import factories
from tests.support.pages import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOW, tick=False)]

EVIL = "<script>alert(1)</script>{{ 7|add:7 }}\"'><img src=x onerror=alert(2)>"


@pytest.fixture
def rita() -> Membership:
    return factories.member(factories.organisation())


def many_items(n: int) -> str:
    items = [{"number": one + 1, "text": "x", "scale": "warm", "keyed": "+"} for one in range(n)]
    return json.dumps(small_pack(items=items))


def many_scales(n: int, *, name: str) -> str:
    ids = [f"{name}{one:02}" for one in range(n)]
    items = [
        {"number": number, "text": "x", "scale": scale, "keyed": "+"}
        for number, scale in enumerate(ids, start=1)
    ]
    scales = [{"id": scale, "name": scale} for scale in ids]
    return json.dumps(small_pack(scales=scales, items=items, short_forms=[], norms=[]))


LONG_IDS = "The scale ids are too long in total. Shorten them; special letters count several times."

REFUSED = [
    ("[" * 100_000, "Lists and objects are nested too deeply."),
    ('{"a":' * 50 + "1" + "}" * 50, "Lists and objects are nested too deeply."),
    (many_items(1001), "A list has 1,001 entries; at most 1,000 are allowed."),
    ('{"id": "a", "id": "b"}', "The name “id” occurs twice in one object."),
    ('{"n": NaN}', "NaN is not a JSON number."),
    ('{"n": -Infinity}', "-Infinity is not a JSON number."),
    ('{"n": 1e999}', "The file has a number that is too large."),
    (f'{{"n": {"9" * 5000}}}', "The file has a number with too many digits."),
    ("[]", "The file must contain one JSON object, as docs/content-packs.md shows."),
    ("null", "The file must contain one JSON object, as docs/content-packs.md shows."),
    (
        "{'id': 1}",
        "This is not JSON: line 1, column 2. Look for a missing or extra comma or quotation mark.",
    ),
    ('{"kind": "reasoning"}', "Reasoning is built in and cannot be imported."),
    ("{}", "The file needs a “kind”: “scales”, “judgement” or “questions”."),
    ('{"kind": null, "situations": []}', "The file needs a “kind”: “scales”, “judgement” or “questions”."),
    ('{"kind": ["judgement"]}', "“kind” must be “scales”, “judgement” or “questions”."),
    ('{"kind": "personality"}', "“kind” must be “scales”, “judgement” or “questions”."),
    (json.dumps(small_pack(id="../etc")), "“id” may have letters from A to Z, digits, dots,"),
    (json.dumps(small_pack(version="1?a=b")), "“version” may have letters from A to Z, digits"),
    (json.dumps(small_pack(language="Klingon")), "Unknown language “Klingon”."),
    (json.dumps(small_pack(scales="no list")), "The content pack needs a list under “scales”."),
    (json.dumps(small_pack() | {EVIL: 1}), "The content pack has “<script>alert(1)</script>"),
    (
        json.dumps(small_pack(response_scale=[{"value": n, "label": "x"} for n in range(12)])),
        "It has 12 answers to choose from; at most 11 are allowed.",
    ),
    # a selection of scales is stored with their ids
    (many_scales(40, name="self-consciousness-in-company"), LONG_IDS),
    (many_scales(60, name="unverträglich"), LONG_IDS),
]


def test_many_scales_may_have_ids_of_usual_length(rita: Membership) -> None:
    text = many_scales(60, name="assertiveness")
    response = signed_in(rita).post(url("test_import", rita.organisation), {"text": text})
    assert response.status_code == 302


@pytest.mark.matrix
@pytest.mark.parametrize(("text", "told"), REFUSED)
def test_invalid_packs_are_refused_and_the_text_is_kept(rita: Membership, text: str, told: str) -> None:
    before = rows(rita.organisation)
    response = signed_in(rita).post(url("test_import", rita.organisation), {"text": text})
    form = response.context["form"]
    assert (response.status_code, form["text"].value()) == (422, text)
    assert form.errors["text"][0].startswith(told)
    assert "<script>alert" not in response.content.decode()
    assert rows(rita.organisation) == before


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"\xff\xfe{\x00}\x00", "The file is not text in UTF-8. Save it as JSON in UTF-8."),
        (b"", "The file is empty."),
        (b"PK\x03\x04" + b"\x00" * 40, "This is not JSON: line 1, column 1."),
        (b" " * 1_000_001, "The file is larger than 1 MB. Tests are far smaller."),
    ],
)
def test_unreadable_files_are_refused(rita: Membership, raw: bytes, told: str) -> None:
    file = SimpleUploadedFile("pack.json", raw)
    response = signed_in(rita).post(url("test_import", rita.organisation), {"file": file})
    assert response.status_code == 422
    assert response.context["form"].errors["file"][0].startswith(told)


def test_an_item_without_id_may_have_null_as_its_id(rita: Membership) -> None:
    pack = small_pack()
    for item in pack["items"]:
        item["id"] = None
    response = signed_in(rita).post(url("test_import", rita.organisation), {"text": json.dumps(pack)})
    assert response.status_code == 302


def evil_pack() -> dict[str, Any]:
    pack = small_pack(name=EVIL, licence=EVIL, source=EVIL, instructions=EVIL)
    pack["items"][0]["text"] = EVIL
    pack["scales"][0] |= {"name": EVIL[:90], "description": EVIL, "low_text": EVIL, "high_text": EVIL}
    pack["response_scale"][0]["label"] = EVIL[:70]
    pack["norms"][0] |= {"name": EVIL, "source": EVIL, "caveat": EVIL}
    return pack


def evil_set() -> dict[str, Any]:
    judgement = small_set(name=EVIL, construct=EVIL, key_basis=EVIL, instructions=EVIL)
    judgement["situations"][0]["text"] = EVIL
    judgement["situations"][0]["actions"][0] |= {"text": EVIL, "reason": EVIL}
    return judgement


def evil_questions() -> dict[str, Any]:
    questions = custom_questions(name=EVIL, instructions=EVIL)
    questions["questions"][0] |= {"text": EVIL, "help": EVIL}
    questions["questions"][0]["choices"][0]["label"] = EVIL[:70]
    questions["rubrics"][0]["criteria"][0] |= {"text": EVIL, "anchors": EVIL}
    return questions


@pytest.mark.world
@pytest.mark.matrix
@pytest.mark.parametrize("pack", [evil_pack(), evil_set(), evil_questions()])
def test_markup_in_texts_is_shown_as_text_on_every_page(rita: Membership, pack: dict[str, Any]) -> None:
    browser = signed_in(rita)
    assert browser.post(url("test_import", rita.organisation), {"text": json.dumps(pack)}).status_code == 302
    pk = TestVersion.objects.of(rita.organisation).get().test_id
    pages = [
        url("library", rita.organisation),
        url("test", rita.organisation, pk),
        url("test", rita.organisation, pk, query="form=half"),
        url("test_items", rita.organisation, pk),
        *(url("test_preview", rita.organisation, pk, query=f"at={n}") for n in range(1, 7)),
    ]
    for page in pages:
        html = browser.get(page).content.decode()
        assert ("<script>alert" in html, "<img src=x" in html) == (False, False)


def test_control_and_surrogate_characters_are_removed(rita: Membership) -> None:
    text = json.dumps(small_pack(name="Sm\x00al\x1bl\ud800 \u202eevil"))
    assert signed_in(rita).post(url("test_import", rita.organisation), {"text": text}).status_code == 302
    version = TestVersion.objects.of(rita.organisation).select_related("test").get()
    assert (version.content["name"], version.test.title) == ("Small evil", "Small evil")


@pytest.mark.world
@pytest.mark.matrix
@pytest.mark.parametrize(
    "query",
    [
        "version=9",
        "language=xx",
        "version=1&language=en%27",
        "at=%00&seed=%00",
        "form=%3Cx%3E",
    ],
)
def test_unknown_query_values_are_handled(rita: Membership, query: str) -> None:
    browser = signed_in(rita)
    browser.post(url("test_import", rita.organisation), {"text": json.dumps(small_pack())})
    pk = TestVersion.objects.of(rita.organisation).get().test_id
    expected = 200 if query.startswith(("at=", "form=")) else 404
    for name in ("test", "test_items", "test_preview", "test_export"):
        assert browser.get(url(name, rita.organisation, pk, query=query)).status_code == expected
