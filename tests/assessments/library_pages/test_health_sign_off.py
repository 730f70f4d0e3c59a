"""Items about health need a named sign-off with a reason before publication."""

from typing import Any

import pytest

from goodword.accounts.models import AuditEntry, Membership
from goodword.assessments.models import TestVersion
from tests.assessments.kinds.judgements import small_set
from tests.assessments.kinds.packs import small_pack
from tests.assessments.library_pages.support import NOW, custom_questions, imported, rows, url
from tests.support import factories
from tests.support.pages import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOW, tick=False)]

WHY = "Calm hands are the work itself; no illness can be read from it."


@pytest.fixture
def rita() -> Membership:
    return factories.member(factories.organisation(), name="Rita Recruiter")


def touchy_pack() -> dict[str, Any]:
    pack = small_pack()
    pack["items"][2]["text"] = "I am often stressed."
    return pack


def touchy_set() -> dict[str, Any]:
    judgement = small_set()
    judgement["situations"][0]["actions"][1]["text"] = "Go to see a doctor."
    return judgement


def touchy_questions() -> dict[str, Any]:
    questions = custom_questions()
    questions["questions"][1]["text"] = "How do you sleep?"
    return questions


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("pack", "told"),
    [
        (touchy_pack(), "I am often stressed."),
        (touchy_set(), "Go to see a doctor."),
        (touchy_questions(), "How do you sleep?"),
    ],
)
def test_it_is_not_published_before_it_is_signed_off(
    rita: Membership, pack: dict[str, Any], told: str
) -> None:
    draft = imported(rita, pack)
    browser, where = signed_in(rita), (rita.organisation, draft.test_id, draft.pk)
    page = browser.get(url("test", rita.organisation, draft.test_id))
    assert [flag.text for flag in page.context["flags"]] == [told]
    before = rows(rita.organisation)
    page = browser.post(url("test_publish_pack", *where), follow=True)
    assert "Not published: sign off the health-related items first." in page.content.decode()
    assert rows(rita.organisation) == before
    browser.post(url("test_sign_off", *where), {"name": "Dr Ada Careful", "why": WHY})
    browser.post(url("test_publish_pack", *where))
    row = TestVersion.objects.of(rita.organisation).get()
    assert (row.signed_off_by, row.signed_off_why, row.signed_off_at, row.published_at) == (
        "Dr Ada Careful",
        WHY,
        NOW,
        NOW,
    )
    entry = AuditEntry.objects.of(rita.organisation).get(action="test.signed_off")
    assert (entry.actor, entry.details["name"], entry.details["why"]) == (
        "Rita Recruiter",
        "Dr Ada Careful",
        WHY,
    )
    page = browser.get(url("test", rita.organisation, draft.test_id))
    assert "Signed off by Dr Ada Careful" in page.content.decode()


@pytest.mark.parametrize(("name", "why", "wrong"), [("", WHY, "name"), ("Ada", " ", "why")])
def test_without_a_name_or_a_reason_nothing_is_signed_and_nothing_typed_is_lost(
    rita: Membership, name: str, why: str, wrong: str
) -> None:
    draft = imported(rita, touchy_pack())
    before = rows(rita.organisation)
    where = url("test_sign_off", rita.organisation, draft.test_id, draft.pk)
    response = signed_in(rita).post(where, {"name": name, "why": why})
    form = response.context["sign_form"]
    assert (response.status_code, list(form.errors), form["name"].value(), form["why"].value()) == (
        422,
        [wrong],
        name,
        why,
    )
    assert rows(rita.organisation) == before


def test_packs_without_flags_need_no_sign_off(rita: Membership) -> None:
    draft = imported(rita, small_pack())
    page = signed_in(rita).get(url("test", rita.organisation, draft.test_id))
    assert (page.context["flags"], page.context["sign_form"], page.context["must_sign"]) == ((), None, False)


def test_languages_without_a_word_list_flag_every_text(rita: Membership) -> None:
    draft = imported(rita, small_pack(language="es"))
    page = signed_in(rita).get(url("test", rita.organisation, draft.test_id))
    assert len(page.context["flags"]) == 4
    assert "so all texts are listed. Please read each of them." in page.content.decode()
