"""Pages of the judgement editor: access, saving, and keeping rejected input."""

from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from goodword.accounts.models import AuditEntry, Membership
from goodword.assessments.catalogue import drafts
from goodword.assessments.catalogue.packs import ensure_builtin
from goodword.assessments.kinds.judgement.drafts import add_language, add_situation, change_details
from goodword.assessments.models import Test, TestVersion
from tests.assessments.all_kinds import PANEL
from tests.assessments.judgement.support import (
    CALL,
    LATE,
    NOW,
    SORRY,
    built_in,
    draft,
    own,
    published,
    revision,
    situations,
    url,
)
from tests.assessments.once import once
from tests.support import factories
from tests.support.pages import signed_in
from tests.workspace.applications import path

pytestmark = pytest.mark.django_db

#: URL name, whether it concerns a situation or a language, and the statuses of GET and POST for editors
PAGES: list[tuple[str, str, int, int]] = [
    ("judgement", "", 200, 405),
    ("judgement_duplicate", "", 405, 302),
    ("judgement_begin", "", 405, 302),
    ("judgement_edit", "", 200, 405),
    ("judgement_details", "", 200, 200),
    ("judgement_discard", "", 200, 302),
    ("judgement_publish", "", 200, 200),
    ("judgement_situation_new", "", 200, 200),
    ("judgement_situation", "situation", 200, 200),
    ("judgement_situation_move", "situation", 405, 302),
    ("judgement_situation_remove", "situation", 200, 302),
    ("judgement_language_add", "", 405, 404),
    ("judgement_language", "language", 200, 302),
    ("judgement_language_remove", "language", 405, 302),
]


@pytest.fixture
def rita() -> Membership:
    return factories.member(factories.organisation(name="Acme Bikes"), name="Rita Recruiter")


@dataclass
class World:
    """A published test with a draft in two languages, a member who may edit it, and those refused by status."""

    test: Test
    works: Client
    refused: dict[int, Client]


def build() -> World:
    by = factories.member(factories.organisation())
    test = published(by)
    drafts.DRAFTS.begin(test, now=NOW)
    add_language(test=test, language="de", revision=revision(test), now=NOW)
    return World(
        test=test,
        works=signed_in(by),
        refused={
            403: signed_in(factories.member(test.organisation, kind="hiring_manager")),
            404: signed_in(factories.member(factories.organisation(), kind="admin")),
            302: Client(),
        },
    )


built = once(build)


@pytest.fixture
def world(db: None, built: World) -> World:
    return deepcopy(built)


def rows() -> list[Any]:
    return [
        list(model.objects.across_organisations().order_by("pk").values())
        for model in (Test, TestVersion, AuditEntry)
    ]


def typed(*actions: tuple[str, str, str], text: str = LATE, **values: Any) -> dict[str, Any]:
    """A situation as posted by the form."""
    given: dict[str, Any] = {"text": text, "rows": len(actions), **values}
    for place, (action, key, reason) in enumerate(actions):
        given |= {
            f"action_{place}": action,
            f"key_{place}": key,
            f"reason_{place}": reason,
            f"id_{place}": "",
        }
    return given


BOTH = (("Call the depot.", "4.5", "It moves."), ("Say sorry.", "2", "It helps nobody."))


@pytest.mark.matrix
@pytest.mark.parametrize(("name", "about", "get", "post"), PAGES)
def test_only_editors_can_open_each_page(world: World, name: str, about: str, get: int, post: int) -> None:
    test = world.test
    more = {"situation": [situations(test)[0]["id"]], "language": ["de"]}.get(about, [])
    where = url(name, test, *more)
    before = rows()
    for status, client in world.refused.items():
        assert client.post(where).status_code == (405 if post == 405 else status)
        assert client.get(where).status_code == (405 if get == 405 else status)
    assert rows() == before
    works = world.works
    assert works.get(where).status_code == get
    assert rows() == before
    # nothing changes the draft without the revision it was based on
    if name == "judgement_language":
        assert works.post(where).status_code == 200
    else:
        assert works.post(where).status_code == post
    if name != "judgement_duplicate":
        assert rows() == before


@pytest.mark.world
def test_publishing_few_situations_says_what_is_missing(rita: Membership) -> None:
    made = own(rita, *["A delivery is late."] * 4)
    browser = signed_in(rita)
    sentence = "This set has 4; a band needs at least 5."
    assert sentence in browser.get(url("judgement_publish", made)).content.decode()
    add_situation(test=made, text="It is late again.", actions=[CALL, SORRY], revision=revision(made))
    assert sentence not in browser.get(url("judgement_publish", made)).content.decode()
    assert "a band needs at least" not in browser.get(url("judgement_publish", made)).content.decode()
    few = published(rita)
    for name in ("judgement", "test"):
        assert "This set has 1; a band needs at least 5." in browser.get(url(name, few)).content.decode()


@pytest.mark.world
def test_only_editors_can_create_a_test() -> None:
    organisation = factories.organisation()
    where = path("judgement_new", organisation)
    for kind, status in {"admin": 200, "recruiter": 200, "hiring_manager": 403}.items():
        assert signed_in(factories.member(organisation, kind=kind)).get(where).status_code == status
    other = signed_in(factories.member(factories.organisation(), kind="admin"))
    given = {"name": "a", "construct": "b", "instructions": "c", "language": "en"}
    assert other.post(where, given).status_code == 404
    assert Client().post(where, given).status_code == 302
    assert not Test.objects.of(organisation).exists()


def test_a_test_of_another_kind_has_no_page(rita: Membership) -> None:
    other = Test.objects.create(
        organisation=rita.organisation, kind="scales", key="own_x", title="X", created_at=NOW
    )
    assert signed_in(rita).get(url("judgement", other)).status_code == 404
    assert signed_in(rita).post(url("judgement_duplicate", other)).status_code == 404


@pytest.mark.world
def test_the_draft_of_a_set_that_came_as_a_file_is_not_edited_here(rita: Membership) -> None:
    test = built_in(rita.organisation)
    TestVersion.objects.of(rita.organisation).update(published_at=None)
    before = rows()
    client = signed_in(rita)
    assert client.get(url("judgement", test)).status_code == 404
    assert client.post(url("judgement_duplicate", test)).status_code == 404
    for name in ("judgement_edit", "judgement_details", "judgement_publish", "judgement_discard"):
        assert client.get(url(name, test))["Location"] == url("judgement", test)
    assert rows() == before


@pytest.mark.world
def test_a_set_is_begun_written_and_published(rita: Membership) -> None:
    client = signed_in(rita)
    given = {
        "name": "In the workshop",
        "construct": "What helps",
        "instructions": "Judge.",
        "language": "de",
    }
    client.post(path("judgement_new", rita.organisation), given)
    test = Test.objects.of(rita.organisation).get()
    page = client.get(url("judgement_edit", test)).content.decode()
    assert "No situation yet" in page
    client.post(url("judgement_situation_new", test), typed(*BOTH, revision=revision(test)))
    (situation,) = situations(test)
    assert [(a["text"], a["effectiveness"], a["reason"]) for a in situation["actions"]] == [
        ("Call the depot.", 4.5, "It moves."),
        ("Say sorry.", 2.0, "It helps nobody."),
    ]
    basis = {
        "key_by": "Ana Ruiz and Tom Berg",
        "key_how": "Each rated alone.",
        "revision": revision(test),
    }
    response = client.post(url("judgement_publish", test), basis, follow=True)
    page = response.content.decode()
    assert "Version 1 published. Existing answers are unaffected." in page
    assert "Key set by Ana Ruiz and Tom Berg. Each rated alone." in page
    assert "Call the depot." in page
    assert [row.language for row in drafts.DRAFTS.newest(test)] == ["de"]


@pytest.mark.world
def test_a_built_in_set_shows_its_key_and_can_be_copied(rita: Membership) -> None:
    theirs = built_in(rita.organisation)
    client = signed_in(rita)
    page = client.get(url("judgement", theirs) + "?language=de").content.decode()
    assert "de: Action 1 of 1" in page
    assert "de: Set by the authors." in page
    assert "Copy and edit" in page
    response = client.post(url("judgement_begin", theirs), follow=True)
    assert "This test can&#x27;t be changed. Copy it to edit it." in response.content.decode()
    client.post(url("judgement_duplicate", theirs))
    made = Test.objects.of(rita.organisation).get(key__startswith="own_")
    assert "Situations in a shop (copy)" in client.get(url("judgement_edit", made)).content.decode()


@pytest.mark.world
def test_sets_without_a_panel_are_marked_as_practice(rita: Membership) -> None:
    client, told = signed_in(rita), "For practice, not for decisions"
    ours = ensure_builtin(rita.organisation, "judgement_customer", now=NOW)
    assert client.get(url("judgement", ours)).content.decode().count(told) == 1
    other = built_in(rita.organisation)
    assert client.get(url("judgement", other)).content.decode().count(told) == 1
    rows = TestVersion.objects.of(rita.organisation).filter(test=other, language="en")
    rows.update(content=rows.get().content | {"panel": PANEL})
    assert told not in client.get(url("judgement", other)).content.decode()


def test_errors_are_shown_and_input_is_kept(rita: Membership) -> None:
    test = own(rita)
    wrong = typed(("Call.", "", "It moves."), ("Call.", "9", ""), ("", "3", "Why"), ("", "", ""), text="")
    before = rows()
    response = signed_in(rita).post(
        url("judgement_situation_new", test), wrong | {"revision": revision(test)}
    )
    page = response.content.decode()
    for sentence in (
        "Describe the situation.",
        "Choose how effective it is.",
        "Choose one of the options.",
        "Give the reason for this key.",
        "This action is listed twice.",
        "Describe a possible action, or remove this one.",
    ):
        assert sentence in page
    form = response.context["form"]
    assert [row.text.value() for row in form.actions_shown()] == ["Call.", "Call.", "", ""]
    assert [row.reason.value() for row in form.actions_shown()] == ["It moves.", "", "Why", ""]
    assert rows() == before


@pytest.mark.world
def test_folded_actions_name_their_situation(rita: Membership) -> None:
    test = own(rita, LATE, "A pipe leaks.")
    page = BeautifulSoup(signed_in(rita).get(url("judgement_edit", test)).content, "html.parser")
    names = [" ".join(summary.text.split()) for summary in page.select(".asks__more summary")]
    assert names == ["Actions and key of situation 1", "Actions and key of situation 2"]


def test_a_text_to_translate_is_described_by_its_source(rita: Membership) -> None:
    test = own(rita, LATE)
    add_language(test=test, language="fr", revision=revision(test), now=NOW)
    page = BeautifulSoup(signed_in(rita).get(url("judgement_language", test, "fr")).content, "html.parser")
    sources = {tag["id"]: tag.get_text(" ", strip=True) for tag in page.select(".pair__source")}
    described = [
        sources[str(tag["aria-describedby"]).split()[-1]] for tag in page.select(".pair__field [lang=fr]")
    ]
    assert f"English: {LATE}" in described
    assert len(described) == len(sources)


def test_one_action_is_not_enough(rita: Membership) -> None:
    test = own(rita)
    response = signed_in(rita).post(
        url("judgement_situation_new", test), typed(BOTH[0], revision=revision(test))
    )
    assert "Write at least two actions." in response.content.decode()
    assert situations(test) == []


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("button", "texts"),
    [
        ({"row_up": "1"}, ["Two", "One", ""]),
        ({"row_down": "0"}, ["Two", "One", ""]),
        ({"row_up": "0"}, ["One", "Two", ""]),
        ({"row_out": "0"}, ["Two", ""]),
        ({"more_rows": "yes"}, ["One", "Two", "", "", ""]),
        ({"row_up": "99"}, ["One", "Two", ""]),
        ({"row_out": "ten"}, None),
    ],
)
def test_actions_are_moved_and_taken_out_by_buttons_with_nothing_lost(
    rita: Membership, button: dict[str, str], texts: list[str] | None
) -> None:
    test = own(rita)
    given = typed(("One", "1", "a"), ("Two", "2", "b"), ("", "", ""), revision=revision(test)) | button
    response = signed_in(rita).post(url("judgement_situation_new", test), given)
    if texts is None:  # without a position: like Save
        assert [action["text"] for action in situations(test)[0]["actions"]] == ["One", "Two"]
        return
    form = response.context["form"]
    assert [row.text.value() or "" for row in form.actions_shown()] == texts
    assert "Error:" not in response.content.decode()
    assert situations(test) == []


def test_input_is_kept_beside_another_members_changes(rita: Membership) -> None:
    test = own(rita, LATE)
    (situation,) = situations(test)
    seen = revision(test)
    change_details(test=test, name="Another name", instructions="a", construct="b", revision=seen)
    where = url("judgement_situation", test, situation["id"])
    response = signed_in(rita).post(where, typed(*BOTH, text="Mine", revision=seen))
    page = response.content.decode()
    assert "Not saved: the draft has changed" in page
    assert response.context["form"]["text"].value() == "Mine"
    assert situations(test) == [situation]
    assert response.context["revision"] == revision(test)
    signed_in(rita).post(where, typed(*BOTH, text="Mine", revision=revision(test)))
    assert situations(test)[0]["text"] == "Mine"


def test_the_basis_of_the_key_is_asked_and_kept_while_the_draft_changes(rita: Membership) -> None:
    test = own(rita, LATE)
    client = signed_in(rita)
    nothing = client.post(url("judgement_publish", test), {"revision": revision(test)}).content.decode()
    assert "Enter who set the key." in nothing
    assert "Describe how the key was created." in nothing
    seen = revision(test)
    change_details(test=test, name="Another name", instructions="a", construct="b", revision=seen)
    stale = client.post(
        url("judgement_publish", test), {"key_by": "Ana Ruiz", "key_how": "Alone.", "revision": seen}
    )
    assert "Not published: the draft has changed" in stale.content.decode()
    assert stale.context["form"]["key_by"].value() == "Ana Ruiz"
    assert drafts.DRAFTS.newest(test) == []


@pytest.mark.world
def test_the_texts_are_translated_side_by_side(rita: Membership) -> None:
    test = own(rita, LATE)
    client = signed_in(rita)
    client.post(url("judgement_language_add", test), {"language": "de", "revision": revision(test)})
    where = url("judgement_language", test, "de")
    page = client.get(where).content.decode()
    assert LATE in page
    assert "8 texts are still empty." in page
    texts = {name: f"de {field.label}" for name, field in client.get(where).context["form"].fields.items()}
    client.post(where, texts | {"revision": revision(test)})
    german = draft(test).translations[0].content
    assert german["name"] == "de Name"
    assert german["situations"][0]["actions"][0]["reason"] == "de Reason for its key"
    too_long = client.post(where, texts | {"name": "x" * 201, "revision": revision(test)})
    assert "This has 201 characters; at most 200 are allowed." in too_long.content.decode()
    assert too_long.context["form"]["construct"].value() == "de What it measures"


def test_a_changed_text_reminds_of_its_translation(rita: Membership) -> None:
    test = own(rita, LATE)
    client = signed_in(rita)
    client.post(url("judgement_language_add", test), {"language": "de", "revision": revision(test)})
    (situation,) = situations(test)
    client.post(
        url("judgement_language", test, "de"),
        {f"situation-{situation['id']}": "Zu spät.", "revision": revision(test)},
    )
    given = typed((CALL.text, "4.5", CALL.reason), (SORRY.text, "2", SORRY.reason), text="Much later.")
    given |= {f"id_{place}": action["id"] for place, action in enumerate(situation["actions"])}
    response = client.post(
        url("judgement_situation", test, situation["id"]), given | {"revision": revision(test)}, follow=True
    )
    assert "German still has the old text. Please check the translation." in (response.content.decode())


@pytest.mark.world
def test_texts_of_others_are_shown_as_text(rita: Membership) -> None:
    test = own(rita, "<script>alert(1)</script>")
    client = signed_in(rita)
    for name in ("judgement_edit", "judgement_publish"):
        page = client.get(url(name, test)).content.decode()
        assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in client.get(url("judgement_edit", test)).content.decode()


@pytest.mark.world
def test_the_list_asks_no_more_queries_for_three_situations(rita: Membership) -> None:
    client = signed_in(rita)
    one, three = own(rita, "one"), own(rita, "one", "two", "three")
    client.get(url("judgement_edit", one))
    with CaptureQueriesContext(connection) as few:
        client.get(url("judgement_edit", one))
    with CaptureQueriesContext(connection) as many:
        client.get(url("judgement_edit", three))
    assert len(many) == len(few)


def test_situations_are_moved_and_removed_and_missing_ones_are_named(rita: Membership) -> None:
    test = own(rita, LATE, "A pipe leaks.")
    first, second = (situation["id"] for situation in situations(test))
    browser = signed_in(rita)

    def press(name: str, situation: str, **values: Any) -> list[str]:
        page = browser.post(url(name, test, situation), values | {"revision": revision(test)}, follow=True)
        return [str(message) for message in page.context["messages"]]

    assert press("judgement_situation_move", first, by="down") == ["Moved to position 2 of 2."]
    assert [situation["id"] for situation in situations(test)] == [second, first]
    assert press("judgement_situation_remove", second) == ["Removed: “A pipe leaks.”."]
    for name in ("judgement_situation", "judgement_situation_move", "judgement_situation_remove"):
        assert press(name, second) == ["That situation no longer exists."]
    lost = browser.post(
        url("judgement_situation", test, second), {"text": "Two pipes leak.", "revision": "1"}
    )
    assert (lost.status_code, [field.text for field in lost.context["typed"]]) == (409, ["Two pipes leak."])
    assert press("judgement_situation_remove", first) == [f"Removed: “{LATE}”."]
    typed = {"revision": revision(test), "key_by": "Ana", "key_how": "Alone."}
    refused = browser.post(url("judgement_publish", test), typed)
    assert refused.context["form"].non_field_errors() == ["Add a situation first."]
