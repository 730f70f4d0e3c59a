"""Import, rejection, drafts, publication and export of tests."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from goodword.accounts.models import Membership
from goodword.assessments.kinds.builtin import BUILT_IN, contents
from goodword.assessments.kinds.scales.content import parse_pack, to_json
from goodword.assessments.models import Test, TestVersion
from goodword.assessments.queries import content_of, parse
from tests.assessments.kinds.judgements import small_set
from tests.assessments.kinds.packs import small_pack
from tests.assessments.library_pages.support import (
    NOW,
    acts,
    builtin,
    custom_questions,
    imported,
    published,
    rows,
    url,
)
from tests.support import factories
from tests.support.pages import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOW, tick=False)]


@pytest.fixture
def rita() -> Membership:
    return factories.member(factories.organisation(), name="Rita Recruiter")


def paste(who: Membership, text: str) -> Any:
    """Post pasted text. Returns the response."""
    return signed_in(who).post(url("test_import", who.organisation), {"text": text})


def refusal(who: Membership, pack: dict[str, Any]) -> str:
    """The error message for a rejected pack; asserts that the text is kept and nothing changed."""
    before, text = rows(who.organisation), json.dumps(pack)
    response = paste(who, text)
    assert (response.status_code, response.context["form"]["text"].value()) == (422, text)
    assert rows(who.organisation) == before
    return str(response.context["form"].errors["text"][0])


@pytest.mark.matrix
@pytest.mark.parametrize("pack", [small_pack(), small_set(), custom_questions()])
def test_a_pasted_pack_of_each_kind_becomes_a_draft_of_the_test_with_its_id(
    rita: Membership, pack: dict[str, Any]
) -> None:
    response = paste(rita, json.dumps(pack))
    test = Test.objects.of(rita.organisation).get()
    version = TestVersion.objects.of(rita.organisation).get()
    assert (test.key, test.kind, test.title, test.created_by) == (
        pack["id"],
        pack.get("kind", "scales"),
        pack["name"],
        rita,
    )
    assert (version.number, version.language, version.created_at, version.published_at) == (
        "1",
        "en",
        NOW,
        None,
    )
    assert content_of(version) == parse(test.kind, pack)
    assert response["Location"] == url("test", rita.organisation, test.pk, query="version=1&language=en")
    assert acts(rita.organisation) == ["test.imported"]


@pytest.mark.world
def test_the_sample_pack_imports_and_exports_equal(rita: Membership) -> None:
    pack = sample()
    file = SimpleUploadedFile("ipip50.json", b"\xef\xbb\xbf" + json.dumps(pack).encode(), "application/json")
    response = signed_in(rita).post(url("test_import", rita.organisation), {"file": file}, follow=True)
    assert response.status_code == 200
    version = TestVersion.objects.of(rita.organisation).get()
    out = signed_in(rita).get(url("test_export", rita.organisation, version.test_id))
    assert json.loads(out.content) == to_json(parse_pack(pack))
    assert out["Content-Disposition"].startswith('attachment; filename="')


def sample() -> dict[str, Any]:
    """Fifty items on five scales with a short form, numbered in the usual way."""
    scales = ["one", "two", "three", "four", "five"]
    return small_pack(
        id="fifty",
        scales=[{"id": name, "name": name.capitalize()} for name in scales],
        items=[
            {"number": n + 1, "text": f"Statement {n + 1}.", "scale": scales[n % 5], "keyed": "+-"[n % 2]}
            for n in range(50)
        ],
        short_forms=[{"id": "ten", "name": "Ten", "items": list(range(1, 11))}],
        norms=[
            {
                "form": "full",
                "name": "visitors",
                "n": 8000,
                "source": "a survey",
                "caveat": "not applicants",
                "scales": {name: {"mean": 3.1, "sd": 0.7} for name in scales},
            }
        ],
    )


@pytest.mark.matrix
@pytest.mark.parametrize("key", list(BUILT_IN))
def test_built_in_tests_are_exported_unchanged(rita: Membership, key: str) -> None:
    test = builtin(rita.organisation, key)
    for language, content in contents(key).items():
        query = f"language={language}" if language else ""
        out = signed_in(rita).get(url("test_export", rita.organisation, test.pk, query=query))
        assert parse(test.kind, json.loads(out.content)) == parse(test.kind, content)


def test_a_version_in_an_existing_language_is_refused(rita: Membership) -> None:
    published(rita, small_pack())
    assert refusal(rita, small_pack(name="Other")) == (
        "Version 1 of “Small” already exists in this language, and versions never change. If the file contains "
        "anything new, increase its “version”."
    )


def test_a_draft_must_be_discarded_before_another_replaces_it(rita: Membership) -> None:
    imported(rita, small_pack())
    assert refusal(rita, small_pack(name="Other")).startswith(
        "Version 1 of “Small” exists as a draft in this language."
    )
    assert refusal(rita, small_pack(version="2")).startswith("There is a draft of version 1 of “Small”")


def test_another_language_and_a_newer_version_join_the_same_test(rita: Membership) -> None:
    published(rita, small_pack())
    published(rita, small_pack(language="de", name="Klein"))
    published(rita, small_pack(version="2", name="Small again"))
    test = Test.objects.of(rita.organisation).get()
    found = sorted(test.versions.values_list("number", "language"))
    assert (test.title, found) == ("Small again", [("1", "de"), ("1", "en"), ("2", "en")])


def test_a_language_with_other_keys_is_refused(rita: Membership) -> None:
    published(rita, small_pack())
    other = small_pack(language="de")
    other["items"][0]["keyed"] = "-"
    assert refusal(rita, other) == (
        "Version 1 of “Small” exists in “en”, and the items differ. Languages of one version share all ids, keys "
        "and values: change the file, or increase its “version”."
    )


@pytest.mark.parametrize(
    ("key", "told"), [("work_style", "test of Goodword's own"), ("own_1", "is reserved")]
)
def test_a_reserved_id_is_refused(rita: Membership, key: str, told: str) -> None:
    assert told in refusal(rita, small_pack(id=key))


def test_an_id_of_another_kind_is_refused(rita: Membership) -> None:
    published(rita, small_pack())
    assert "a test of another kind, “Small”" in refusal(rita, small_set(id="small"))


@pytest.mark.parametrize("missing", ["licence", "source"])
def test_without_licence_or_source_it_is_refused(rita: Membership, missing: str) -> None:
    pack = small_pack()
    del pack[missing]
    assert f"has no {missing}" in refusal(rita, pack)


def test_an_import_needs_either_a_file_or_a_text(rita: Membership) -> None:
    assert paste(rita, "  ").context["form"].errors["file"] == ["Choose a file, or paste its text."]
    file = SimpleUploadedFile("a.json", b"{}")
    both = signed_in(rita).post(url("test_import", rita.organisation), {"file": file, "text": "{}"})
    assert both.context["form"].errors["text"] == ["Choose a file or paste text, not both."]
    assert Test.objects.of(rita.organisation).count() == 0


@pytest.mark.world
def test_a_published_draft_never_changes(rita: Membership) -> None:
    draft = imported(rita, small_pack())
    browser, where = signed_in(rita), (rita.organisation, draft.test_id, draft.pk)
    browser.post(url("test_publish_pack", *where))
    row = TestVersion.objects.of(rita.organisation).get()
    assert (row.published_at, row.published_by, acts(rita.organisation)[-1]) == (NOW, rita, "test.published")
    before = rows(rita.organisation)
    for name in ("test_publish_pack", "test_discard_pack", "test_sign_off"):
        page = browser.post(url(name, *where), {"name": "Eve", "why": "Late"}, follow=True)
        assert (
            "Not changed: the draft no longer exists. It was published or discarded." in page.content.decode()
        )
    assert rows(rita.organisation) == before


def test_discarding_a_draft_also_deletes_a_test_without_versions(rita: Membership) -> None:
    draft = imported(rita, small_pack())
    browser = signed_in(rita)
    done = browser.post(url("test_discard_pack", rita.organisation, draft.test_id, draft.pk))
    assert done["Location"] == url("library", rita.organisation)
    assert Test.objects.of(rita.organisation).count() == 0
    published(rita, small_pack())
    second = imported(rita, small_pack(version="2"))
    done = browser.post(url("test_discard_pack", rita.organisation, second.test_id, second.pk))
    assert done["Location"] == url("test", rita.organisation, second.test_id)
    assert list(TestVersion.objects.of(rita.organisation).values_list("number", flat=True)) == ["1"]
    assert acts(rita.organisation).count("test.draft_discarded") == 2


def test_tests_written_here_are_not_handled_as_packs(rita: Membership) -> None:
    test = Test.objects.create(
        organisation=rita.organisation, kind="questions", key="own_1", title="Ours", created_at=NOW
    )
    draft = TestVersion.objects.create(
        organisation=rita.organisation, test=test, number="1", language="en", content={}, created_at=NOW
    )
    before = rows(rita.organisation)
    for name in ("test_publish_pack", "test_discard_pack"):
        signed_in(rita).post(url(name, rita.organisation, test.pk, draft.pk))
    assert rows(rita.organisation) == before
    page = signed_in(rita).get(url("test", rita.organisation, test.pk)).content.decode()
    assert "Not published yet" in page
