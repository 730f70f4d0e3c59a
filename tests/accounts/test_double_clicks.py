"""A form that creates something is sent twice, by a double click without JavaScript."""

from threading import Barrier, Thread
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse

from goodword.accounts.models import Invitation, Membership
from goodword.assessments.catalogue.packs import ensure_builtin
from goodword.assessments.kinds.judgement.drafts import create_open_text
from goodword.questionnaires.models import Questionnaire
from goodword.roles.models import Role
from goodword.workspace.models import CandidateImport, Comment
from tests.assessments.judgement import support as judgement
from tests.support import factories
from tests.support.pages import signed_in
from tests.workspace.test_concurrent_edits import fields_of


@pytest.fixture
def rita() -> Membership:
    return factories.member(factories.organisation())


def opened(browser: Client, where: str, *, having: str, **typed: str) -> dict[str, Any]:
    """The form as the browser would send it."""
    return fields_of(browser.get(where).content.decode(), having=having) | typed


@pytest.mark.django_db
def test_a_second_click_leads_to_what_the_first_has_created(rita: Membership) -> None:
    browser, where = signed_in(rita), reverse("role_new", args=[rita.organisation.slug])
    form = opened(browser, where, having="title", title="Rigger")
    first, second = browser.post(where, form), browser.post(where, form)
    role = Role.objects.of(rita.organisation).get()
    there = reverse("role", args=[rita.organisation.slug, role.pk])
    assert (first["Location"], second["Location"]) == (there, there)


@pytest.mark.django_db
def test_another_title_and_another_page_create_another_role(rita: Membership) -> None:
    browser, where = signed_in(rita), reverse("role_new", args=[rita.organisation.slug])
    form = opened(browser, where, having="title", title="Rigger")
    browser.post(where, form)
    browser.post(where, form | {"title": "Diver"})
    browser.post(where, opened(browser, where, having="title", title="Rigger"))
    titles = Role.objects.of(rita.organisation).order_by("pk").values_list("title", flat=True)
    assert list(titles) == ["Rigger", "Diver", "Rigger"]


@pytest.mark.world
@pytest.mark.django_db
def test_a_questionnaire_and_a_comment_are_written_once(rita: Membership) -> None:
    browser, slug = signed_in(rita), rita.organisation.slug
    where = reverse("questionnaire_new", args=[slug])
    form = opened(browser, where, having="title", title="Ours")
    for _ in range(2):
        browser.post(where, form)
    assert Questionnaire.objects.of(rita.organisation).filter(title="Ours").count() == 1
    ada = factories.application(factories.role(rita.organisation, owner=rita))
    page = reverse("candidate", args=[slug, ada.pk])
    form = opened(browser, page, having="text", text="Call her.")
    for _ in range(2):
        browser.post(reverse("candidate_comment", args=[slug, ada.pk]), form)
    assert Comment.objects.of(rita.organisation).count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["situation", "written question", "file question", "expert", "requirement"])
def test_a_second_click_shows_no_error_about_what_the_first_has_added(rita: Membership, kind: str) -> None:
    if kind == "situation":
        where = judgement.url("judgement_situation_new", judgement.own(rita))
        typed = {
            "text": "A rope tears.",
            "action_0": "Call.",
            "key_0": "4",
            "reason_0": "It helps.",
            "action_1": "Wait.",
            "key_1": "2",
            "reason_1": "It is late.",
        }
        having = "action_0"
    elif kind.endswith("question"):
        name = "custom_question_new" if kind == "written question" else "custom_question_file_new"
        test = ensure_builtin(rita.organisation, "judgement_customer", now=factories.NOW)
        where = judgement.url(name, create_open_text(test=test, by=rita, now=factories.NOW))
        typed = {f"first_{language}": "Why here?" for language in ("en", "de", "fr")}
        having = "first_en"
    elif kind == "expert":
        where = judgement.url("judgement_panel_invite", judgement.own(rita, "A rope tears."))
        typed = {"name": "Ana", "email": "ana@workshop.example", "position": "Rigger"}
        having = "email"
    else:
        role = factories.role(rita.organisation, owner=rita)
        where = reverse("role_job_requirement_new", args=[rita.organisation.slug, role.pk])
        typed, having = {"text": "Ties knots"}, "text"
    browser = signed_in(rita)
    page = browser.get(where, follow=True).content.decode()
    form = fields_of(page, having=having) | typed
    first, second = browser.post(where, form), browser.post(where, form)
    assert (first.status_code, second.status_code) == (302, 302)
    assert first["Location"] == second["Location"]


@pytest.mark.world
@pytest.mark.django_db
def test_a_second_click_does_not_call_a_colleague_invited_already() -> None:
    ann = factories.member(factories.organisation(), kind="admin")
    browser, where = signed_in(ann), reverse("members", args=[ann.organisation.slug])
    form = opened(browser, where, having="emails", emails="ben@acme.example")
    assert [browser.post(where, form).status_code for _ in range(2)] == [302, 302]
    assert Invitation.objects.of(ann.organisation).count() == 1


@pytest.mark.world
@pytest.mark.django_db
def test_a_corrected_file_of_the_same_size_is_another_one(rita: Membership) -> None:
    role = factories.role(rita.organisation, owner=rita)
    browser, where = signed_in(rita), reverse("role_import", args=[rita.organisation.slug, role.pk])
    form = opened(browser, where, having="file")
    replies = [
        browser.post(where, form | {"file": SimpleUploadedFile("people.csv", line.encode())})["Location"]
        for name in ("Ada", "Ida", "Ida")
        if (line := f"Name,E-mail\n{name} Zorn,{name}@x.example\n")
    ]
    imported = CandidateImport.objects.of(rita.organisation).order_by("pk")
    names = [candidate_import.rows.get().cells["email"] for candidate_import in imported]
    assert (names, len(set(replies))) == (["Ada@x.example", "Ida@x.example"], 2)


@pytest.mark.programs
@pytest.mark.django_db(transaction=True)
def test_a_second_click_waits_for_the_first(rita: Membership) -> None:
    browsers, where = [signed_in(rita) for _ in range(3)], reverse("role_new", args=[rita.organisation.slug])
    form = opened(browsers[0], where, having="title", title="Rigger")
    gate, found = Barrier(len(browsers)), []

    def click(browser: Client) -> None:
        gate.wait(60)
        try:
            found.append(browser.post(where, form)["Location"])
        finally:
            connection.close()

    clicks = [Thread(target=click, args=[browser]) for browser in browsers]
    for thread in clicks:
        thread.start()
    for thread in clicks:
        thread.join(60)
    assert (Role.objects.of(rita.organisation).count(), len(found), len(set(found))) == (1, 3, 1)
