"""Malformed requests get a clear answer and change nothing."""

import io
import zipfile
from copy import deepcopy
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import URLPattern, reverse

from goodword.assessments.attempts.parts import begin_part
from goodword.assessments.models import Attempt, AttemptPart, Upload
from goodword.assessments.urls import public_urls
from tests.assessments.all_kinds import assessment_of_all
from tests.assessments.custom_questions.support import (
    PDF,
    PNG,
    answered,
    archive,
    asked,
    docx,
    handed_in,
    upload_of,
)
from tests.assessments.once import once
from tests.assessments.plans import REASONING, WORK_STYLE, attempt_of
from tests.assessments.support import answers, application, assigned, part_of, rows, token_of
from tests.support import factories
from tests.support.pages import signed_in

NOW = factories.NOW
pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOW, tick=False)]
SCRIPT = {"X-Goodword": "script"}
#: numbers of the questions in tests.assessments.custom_questions.support
WHY, PICK, WORD, PLAN = 1, 2, 3, 4
TOO_LARGE_A_NUMBER = int("9" * 30)


@time_machine.travel(NOW, tick=False)
def build() -> dict[str, Attempt]:
    timed = attempt_of(REASONING)
    begin_part(attempt_id=timed.pk, order=1, device="computer", now=NOW)
    return {"own": asked(), "untimed": attempt_of(WORK_STYLE), "timed": timed}


made = once(build)


@pytest.fixture
def attempts(db: None, made: dict[str, Attempt]) -> dict[str, Attempt]:
    return deepcopy(made)


@pytest.fixture
def attempt(attempts: dict[str, Attempt]) -> Attempt:
    return attempts["own"]


@pytest.fixture
def untimed(attempts: dict[str, Attempt]) -> Attempt:
    return attempts["untimed"]


def item(attempt: Attempt, number: int, *, order: int = 1) -> str:
    return reverse("portal_assessment_item", args=[token_of(attempt), order, number])


def post(attempt: Attempt, number: int, data: dict[str, Any], **headers: str) -> Any:
    return Client().post(item(attempt, number), data, headers=headers)


def value(attempt: Attempt, of: str) -> Any:
    return answers(attempt).get(item=of).value


@pytest.mark.matrix
@pytest.mark.parametrize("script", [True, False])
@pytest.mark.parametrize("number", [0, 999, TOO_LARGE_A_NUMBER])
def test_item_numbers_out_of_range_have_no_page(
    attempts: dict[str, Attempt], number: int, script: bool
) -> None:
    untimed, timed = attempts["untimed"], attempts["timed"]
    before = [rows(untimed), rows(timed)]
    headers = SCRIPT if script else {}
    for data in ({"answer": "3"}, {"skip": "yes"}):
        assert post(untimed, number, data, **headers).status_code == (410 if script else 404)
        found = post(timed, number, data, **headers)  # redirected to the task on screen
        assert found.status_code == (409 if script else 302)
    for order in (0, 9, TOO_LARGE_A_NUMBER):
        assert Client().post(item(untimed, 1, order=order), {"answer": "3"}).status_code == 404
    assert [rows(untimed), rows(timed)] == before


@pytest.mark.matrix
@pytest.mark.parametrize("number", ["-1", "one", "1.5", "१", "9" * 5000])
def test_invalid_item_numbers_are_not_found(untimed: Attempt, number: str) -> None:
    before = rows(untimed)
    for tail in (f"1/item/{number}/", f"1/practice/{number}/", f"{number}/", f"{number}/finish/"):
        response = Client().post(f"/p/{token_of(untimed)}/assessment/{tail}", {"answer": "3"})
        assert response.status_code == 404 or number == "१"  # a digit like any other
    assert {key: found for key, found in rows(untimed).items() if key != "answers"}.keys() <= before.keys()


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("😀 Ja! 👩‍🔧", "😀 Ja! 👩‍🔧"),
        ("أخطط للأسبوع الأول", "أخطط للأسبوع الأول"),
        ("a\x00b\x07c", "abc"),
        ("safe \u202efdp.exe\u202c text", "safe fdp.exe text"),
        ("<script>alert(1)</script>{{ 7 }}", "<script>alert(1)</script>{{ 7 }}"),
        ("=HYPERLINK(1)", "=HYPERLINK(1)"),
    ],
)
def test_texts_are_stored_literally(attempt: Attempt, typed: str, kept: str) -> None:
    assert post(attempt, WHY, {"q-why": typed}, **SCRIPT).json()["saved"] is True
    assert value(attempt, "why") == kept
    page = Client().get(item(attempt, WHY)).content.decode()
    assert "<script>alert" not in page


@pytest.mark.parametrize("letters", [20_001, 1_000_000])
def test_a_text_that_is_too_long_is_refused_and_kept_in_the_form(attempt: Attempt, letters: int) -> None:
    post(attempt, WHY, {"q-why": "Brakes first."})
    said = post(attempt, WHY, {"q-why": "x" * letters}, **SCRIPT)
    assert (said.status_code, said.json()["saved"], len(said.json()["say"])) == (422, False, 1)
    page = post(attempt, WHY, {"q-why": "x" * letters})
    assert page.status_code == 422
    assert "x" * letters in page.content.decode()
    assert value(attempt, "why") == "Brakes first."


@pytest.mark.world
def test_an_answer_cannot_refer_to_another_candidates_file(attempt: Attempt) -> None:
    theirs, mine = asked(), attempt
    handed_in(theirs, name="theirs.pdf")
    number = upload_of(theirs).pk
    for name in ("plan", "file", "answer", "upload", "value"):
        response = post(mine, PLAN, {name: f'{{"upload": {number}}}'})
        assert response.status_code == 422
        assert "Choose a file, or skip this one for now." in response.content.decode()
    assert not answers(mine).exists()


def test_a_file_for_another_question_type_is_not_stored(attempt: Attempt) -> None:
    response = post(attempt, PICK, {"q-pick": "a", "file": SimpleUploadedFile("plan.pdf", PDF)})
    assert response.status_code == 302
    assert value(attempt, "pick") == "a"
    assert not Upload.objects.of(attempt.organisation).exists()


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("a\r\nSet-Cookie: x=1.pdf", "a Set-Cookie: x=1.pdf"),
        ("C:\\Users\\eve\\plan.pdf", "plan.pdf"),
        ("plan\u202efdp.pdf", "planfdp.pdf"),
        ("خطة.pdf", "خطة.pdf"),
        ('pl"an;.pdf', 'pl"an;.pdf'),
        ("x" * 300 + ".pdf", "x" * 196 + ".pdf"),
        ("😀.pdf", "😀.pdf"),
    ],
)
def test_file_names_cannot_inject_headers_or_folders(attempt: Attempt, name: str, kept: str) -> None:
    # Django's client sends only valid requests
    quoted = name.replace('"', "%22").encode()
    body = b'--x\r\nContent-Disposition: form-data; name="file"; filename="' + quoted
    body += b'"\r\nContent-Type: application/pdf\r\n\r\n' + PDF + b"\r\n--x--\r\n"
    response = Client().post(item(attempt, PLAN), body, content_type="multipart/form-data; boundary=x")
    if response.status_code == 422:  # Django ignores files whose name has two lines
        assert not Upload.objects.of(attempt.organisation).exists()
        return
    assert upload_of(attempt).name in {kept, kept.replace('"', "%22")}
    # members see the file once the assessment is finished
    Attempt.objects.of(attempt.organisation).update(progress="completed", completed_at=NOW)
    admin = factories.member(attempt.organisation, kind="admin")
    where = reverse("upload_download", args=[attempt.organisation.slug, upload_of(attempt).pk])
    served = signed_in(admin).get(where)
    assert served.status_code == 200
    assert served["Content-Disposition"].startswith("attachment; filename")
    assert "Set-Cookie" not in served


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("plan.png", b"GIF89a" + PNG),
        ("plan.pdf", archive(META="a program") + PDF),
        ("plan.txt", b"#!/bin/sh\x00rm"),
        ("plan.docx", docx()[:-30]),
        ("plan.docx", archive(**{"word__vbaProject.bin": "a program"})),
    ],
)
def test_a_polyglot_file_is_refused(attempt: Attempt, name: str, content: bytes) -> None:
    response = post(attempt, PLAN, {"file": SimpleUploadedFile(name, content)})
    assert response.status_code == 422
    assert not Upload.objects.of(attempt.organisation).exists()


@pytest.mark.world
def test_a_zip_bomb_is_not_unpacked(attempt: Attempt) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as whole:
        whole.writestr("[Content_Types].xml", "x" * 50_000_000)
    bomb = made.getvalue()
    assert len(bomb) < 100_000
    response = post(attempt, PLAN, {"file": SimpleUploadedFile("plan.docx", bomb)})
    assert response.status_code == 422


@pytest.mark.slow
def test_a_part_that_has_not_started_shows_and_takes_nothing() -> None:
    of = application()
    assert of.role is not None
    assessment_of_all(of.role)
    attempt = assigned(of)
    before, first = rows(attempt), reverse("portal_assessment", args=[token_of(attempt)])
    for order in (2, 3, 4):
        for tail in ("item/1/", "screens/", "finish/", "ping/", "reconnect/"):
            where = f"{first}{order}/{tail}"
            got, sent = Client().get(where), Client().post(where, {"answer": "a", "harness": "daily"})
            assert (got.status_code, sent.status_code) == (302, 302), where
            assert got["Location"].startswith("/p/")
    assert rows(attempt) == before


@pytest.mark.world
def test_nothing_is_accepted_after_the_end() -> None:
    attempt = answered()
    before = rows(attempt)
    first = reverse("portal_assessment", args=[token_of(attempt)])
    for tail in ("item/1/", "finish/", "ping/", "reconnect/", "observations/", "form/", ""):
        sent = Client().post(f"{first}1/{tail}", {"q-why": "Later.", "kind": "left", "amount": "9"})
        said = Client().post(f"{first}1/{tail}", {"q-why": "Later."}, headers=SCRIPT)
        assert (sent.status_code, said.status_code) == (302, 409), tail
    for tail in ("language/", "adjustment/", "computer/", "decline/"):
        assert Client().post(f"{first}{tail}", {"language": "de", "a-text": "More time"}).status_code == 302
    assert rows(attempt) == before


@pytest.mark.matrix
@pytest.mark.parametrize("pattern", public_urls, ids=lambda one: str(one.name))
def test_cross_site_forms_are_refused(untimed: Attempt, pattern: URLPattern) -> None:
    before = rows(untimed)
    ids = dict.fromkeys(pattern.pattern.converters, 1)
    where = reverse(str(pattern.name), kwargs={**ids, "token": token_of(untimed)})
    assert Client(enforce_csrf_checks=True).post(where, {"answer": "3"}).status_code == 403
    assert rows(untimed) == before


@pytest.mark.world
def test_observations_need_an_existing_item(attempt: Attempt) -> None:
    post(attempt, WHY, {"q-why": "Brakes first."})
    where = reverse("portal_assessment_observation", args=[token_of(attempt), 1])
    for said in (
        {"kind": "left", "item": "\x00", "amount": "5"},
        {"kind": "left", "item": "why", "amount": "-5"},
        {"kind": "left", "item": "why", "amount": "१२"},
        {"kind": "\x00", "item": "why", "amount": "5"},
        {"kind": "disconnected", "item": "why", "amount": "5"},
    ):
        status = Client().post(where, said, headers=SCRIPT).status_code
        assert status == (200 if said["amount"] == "१२" else 400), said
    assert AttemptPart.objects.of(attempt.organisation).get().observations.count() == 1
    assert part_of(attempt).ended_at is None
