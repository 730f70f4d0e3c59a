"""Uploaded files: accepted, refused and replaced."""

from collections.abc import Iterator
from copy import deepcopy
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from goodword.assessments.attempts.answers import UnknownItem, save_file
from goodword.assessments.kinds.custom_questions.uploads import MEGABYTE
from goodword.assessments.kinds.items import CheckedFile
from goodword.assessments.models import Attempt, Upload
from tests.assessments.custom_questions.support import (
    NOW,
    PDF,
    PNG,
    WORD_TYPE,
    answered,
    archive,
    asked,
    docx,
    handed_in,
    odt,
    upload_of,
)
from tests.assessments.once import once
from tests.assessments.support import answers, rows, token_of
from tests.core.uploads.test_clamd import scanner, scans
from tests.workspace.test_concurrent_edits import fields_of

EMPTY = "This file is empty. Choose another one."
LARGE = "This file is larger than 1 MB. Make it smaller, or choose another one."
ENDINGS = ".csv, .docx, .jpeg, .jpg, .md, .odt, .pdf, .png, .txt"
TYPE = f"This type of file isn't accepted. Choose one of these: {ENDINGS}."
DISGUISED = f"This file's content doesn't match its extension. Save it again as one of these: {ENDINGS}."
RUNS = "This PDF contains scripts, attachments or automatic actions. Print it to a new PDF and upload that."
PROGRAMS = "This file contains macros, programs or embedded objects. Save it without them, or as a PDF."
ELSEWHERE = "This file loads external content: a template, a picture or an object."
UNREADABLE = "We can't check this file: it is password-protected, damaged or too large when unpacked."
RELATION = (
    '<Relationships><Relationship Type="x/attachedTemplate" Target="https://evil.example/" TargetMode="External"/>'
    "</Relationships>"
)
EXE = b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff\x00\x00" + b"\x00" * 200
HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


made = once(time_machine.travel(NOW, tick=False)(asked))


@pytest.fixture
def attempt(db: None, made: Attempt) -> Attempt:
    return deepcopy(made)


@pytest.fixture(autouse=True)
def now() -> Iterator[None]:
    cache.clear()  # it counts uploads
    with time_machine.travel(NOW, tick=False):
        yield


def shortly(value: object) -> str | None:
    """Test id of a file."""
    return f"{len(value)} bytes" if isinstance(value, bytes) else None


def where(attempt: Attempt, number: int = 4) -> str:
    return reverse("portal_assessment_item", args=[token_of(attempt), 1, number])


def post(attempt: Attempt, name: str, content: bytes) -> Any:
    return Client().post(where(attempt), {"file": SimpleUploadedFile(name, content)})


@pytest.mark.matrix
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("plan.pdf", PDF, "application/pdf"),
        ("PLAN.PDF", PDF, "application/pdf"),
        ("plan.png", PNG, "image/png"),
        ("plan.txt", "Grüße an alle\n".encode(), "text/plain"),
        ("plan.csv", b"a,b\n1,2\n", "text/csv"),
        ("plan.csv", "Größe;3\r\n".encode("cp1252"), "text/csv"),
        ("plan.txt", "Grüße\r\n".encode("utf-16"), "text/plain"),
        ("plan.docx", docx(), WORD_TYPE),
        ("plan.odt", odt(), "application/vnd.oasis.opendocument.text"),
    ],
    ids=shortly,
)
def test_a_file_is_stored_with_its_detected_type(
    attempt: Attempt, name: str, content: bytes, kind: str
) -> None:
    assert post(attempt, name, content).status_code == 302
    upload = upload_of(attempt)
    assert (upload.name, upload.content_type, bytes(upload.content)) == (name, kind, content)
    assert answers(attempt).get().value == {"upload": upload.pk}


@pytest.mark.matrix
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("plan.pdf", b"", EMPTY),
        ("plan.pdf", PDF + b"x" * MEGABYTE, LARGE),
        ("plan.exe", EXE, TYPE),
        ("plan", PDF, TYPE),
        ("plan.pdf.html", HTML, TYPE),
        ("plan.svg", SVG, TYPE),
        ("plan.pdf", EXE, DISGUISED),
        ("plan.png", HTML, DISGUISED),
        ("plan.png", SVG, DISGUISED),
        ("plan.docx", archive(holiday="<x/>"), DISGUISED),
        ("plan.docx", archive(types="<Types/>", word__document="<x/>"), DISGUISED),
        ("plan.docx", archive(META="a program"), DISGUISED),
        ("plan.docx", docx("application/vnd.ms-word.document.macroEnabled"), DISGUISED),
        ("plan.docx", docx()[:60], DISGUISED),
        ("plan.docx", odt(), DISGUISED),
        ("plan.odt", docx(), DISGUISED),
        ("plan.txt", EXE, DISGUISED),
        ("plan.pdf", PNG, DISGUISED),
        ("plan.pdf", PDF + b"2 0 obj<</S/J#61vaScript/JS(app.alert(1))>>endobj", RUNS),
        ("plan.pdf", PDF + b"trailer<</Encrypt 3 0 R>>", UNREADABLE),
        ("plan.docx", docx(**{"word__vbaProject.bin": "x"}), PROGRAMS),
        ("plan.docx", docx(word__activeX__a="x"), PROGRAMS),
        ("plan.docx", docx(**{"word___rels__settings.xml.rels": RELATION}), ELSEWHERE),
        ("plan.docx", docx(**{"word__embeddings__x.bin": "MZ"}), PROGRAMS),
        ("plan.docx", docx(word__footer="<f><i:fldSimple i:instr='INCLUDEPICTURE x'/></f>"), ELSEWHERE),
        ("plan.docx", docx() + docx(), UNREADABLE),
        ("plan.docx", docx(**{"word__media__a.svg": "<svg onload='x'/>"}), PROGRAMS),
        ("plan.pdf", PDF + b"3 0 obj<</S%x\n5 0 R/JS(app.alert(1))>>endobj", UNREADABLE),
        ("plan.odt", odt(content='<x xlink:href="http://evil.example/x.png"/>'), ELSEWHERE),
        ("plan.csv", b"a\n=cmd|'/c calc'!A0\n", PROGRAMS),
        ("plan.csv", b"a\r=cmd|'/c calc'!A1", PROGRAMS),
        ("plan.csv", "a\n=cmd|'/c calc'!A0\n".encode("utf-16"), PROGRAMS),
        ("plan.csv", "a\n\uff1dcmd|'/c calc'!A0\n".encode("gb18030"), PROGRAMS),
        ("plan.csv", b"='https://evil.example/[x.xlsx]S'!A1", ELSEWHERE),
    ],
    ids=shortly,
)
def test_unsupported_files_are_refused_with_a_reason(
    attempt: Attempt, name: str, content: bytes, sentence: str
) -> None:
    before = rows(attempt)
    response = post(attempt, name, content)
    assert response.status_code == 422
    assert sentence in unescape(response.content.decode())
    assert rows(attempt) == before
    assert not Upload.objects.of(attempt.organisation).exists()


EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


@pytest.mark.world
@pytest.mark.django_db
def test_an_infected_file_is_refused(settings: Any) -> None:
    attempt, received = asked(), list[bytes]()
    with scanner(scans(received)) as settings.GOODWORD_CLAMD:
        response = post(attempt, "plan.txt", EICAR)
    assert (response.status_code, received) == (422, [EICAR])
    assert "The virus scanner flagged this file." in unescape(response.content.decode())
    assert not Upload.objects.of(attempt.organisation).exists()
    with scanner(scans(received)) as settings.GOODWORD_CLAMD:
        assert post(attempt, "plan.pdf", PDF).status_code == 302
    assert bytes(upload_of(attempt).content) == received[-1] == PDF


@pytest.mark.django_db
def test_files_are_refused_while_the_scanner_is_down(attempt: Attempt, settings: Any, tmp_path: Path) -> None:
    settings.GOODWORD_CLAMD = f"unix:{tmp_path / 'none'}"
    response = post(attempt, "plan.pdf", PDF)
    assert response.status_code == 422
    assert "We can't check files for viruses at the moment" in unescape(response.content.decode())
    assert not Upload.objects.of(attempt.organisation).exists()


@pytest.mark.django_db
def test_without_a_file_the_page_asks_for_one(attempt: Attempt) -> None:
    response = Client().post(where(attempt), {})
    assert response.status_code == 422
    assert "Choose a file, or skip this one for now." in unescape(response.content.decode())


@pytest.mark.world
@pytest.mark.django_db
def test_a_required_file_is_not_called_optional_before_or_after_it_is_uploaded(attempt: Attempt) -> None:
    here = where(attempt)
    assert "(optional)" not in Client().get(here).content.decode()
    handed_in(attempt)
    page = BeautifulSoup(Client().get(here).content, "html.parser")
    assert "(optional)" not in page.text
    described = str(page.select("[name=file]")[0]["aria-describedby"]).split()
    assert "You've uploaded plan.pdf." in page.select(f"#{described[-1]}")[0].text
    assert Client().post(here, {}).status_code == 302


@pytest.mark.world
@pytest.mark.django_db
def test_a_refused_file_does_not_replace_the_stored_one(attempt: Attempt) -> None:
    post(attempt, "first.pdf", PDF)
    before = upload_of(attempt)
    page = post(attempt, "second.pdf", EXE).content.decode()
    assert "You've uploaded <bdi>first.pdf</bdi>. Choose another file to replace it." in page
    assert upload_of(attempt) == before


@pytest.mark.world
@pytest.mark.django_db
def test_a_new_file_replaces_the_old_one(attempt: Attempt) -> None:
    post(attempt, "first.pdf", PDF)
    post(attempt, "second.png", PNG)
    upload = upload_of(attempt)
    assert upload.name == "second.png"
    assert answers(attempt).get().value == {"upload": upload.pk}
    # pressing Next without choosing again keeps it
    assert Client().post(where(attempt), {}).status_code == 302
    assert upload_of(attempt) == upload


@pytest.mark.world
@pytest.mark.django_db
def test_a_candidate_who_uploads_again_and_again_has_to_wait(attempt: Attempt) -> None:
    """Checking a small file can take many seconds."""
    for number in range(20):
        post(attempt, "refused.pdf", EXE if number else PDF)
    before = upload_of(attempt)
    refused = post(attempt, "new.pdf", PDF)
    assert "You&#x27;ve uploaded too many files. Please try again in an hour." in refused.content.decode()
    assert (refused.status_code, upload_of(attempt)) == (422, before)
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        assert post(attempt, "new.pdf", PDF).status_code == 302


@pytest.mark.django_db
def test_file_names_lose_folders_and_are_shortened(attempt: Attempt) -> None:
    post(attempt, "../../etc/" + "long" * 100 + ".pdf", PDF)
    name = upload_of(attempt).name
    assert (name[:4], name[-8:], len(name)) == ("long", "long.pdf", 200)


@pytest.mark.django_db
def test_a_file_for_another_question_is_not_stored(attempt: Attempt) -> None:
    file = CheckedFile(name="x.pdf", content_type="application/pdf", content=PDF, sha256="0" * 64)
    for item in ("why", "not_there"):
        with pytest.raises(UnknownItem):
            save_file(attempt_id=attempt.pk, order=1, item_id=item, file=file, now=NOW)
    assert not Upload.objects.of(attempt.organisation).exists()


@pytest.mark.world
@pytest.mark.django_db
def test_after_the_end_files_are_refused() -> None:
    attempt = answered()
    before = upload_of(attempt)
    response = post(attempt, "late.pdf", PDF)
    assert response.status_code == 302
    assert upload_of(attempt) == before


@pytest.mark.django_db
def test_a_file_that_arrives_late_does_not_replace_a_newer_one(attempt: Attempt) -> None:
    handed_in(attempt, name="newer.pdf", now=NOW + timedelta(minutes=1))
    handed_in(attempt, name="older.pdf")
    upload = upload_of(attempt)
    assert upload.name == "newer.pdf"
    assert answers(attempt).get().value == {"upload": upload.pk}


def test_a_file_never_replaces_one_that_the_page_has_not_shown(attempt: Attempt) -> None:
    one, two = Client(), Client()
    forms = [fields_of(browser.get(where(attempt)).content.decode(), having="seen") for browser in (one, two)]
    assert (
        one.post(where(attempt), forms[0] | {"file": SimpleUploadedFile("one.pdf", PDF)}).status_code == 302
    )
    reply = two.post(where(attempt), forms[1] | {"file": SimpleUploadedFile("two.pdf", PDF)})
    page = unescape(reply.content.decode())
    assert (reply.status_code, upload_of(attempt).name) == (409, "one.pdf")
    assert "<blockquote>one.pdf</blockquote>" in page
    assert "Your file is not saved. Choose it again, and press Next to replace the other answer." in page
    again = fields_of(page, having="seen")
    for _ in range(2):
        file = {"file": SimpleUploadedFile("two.pdf", PDF)}
        assert two.post(where(attempt), again | file).status_code == 302
    assert upload_of(attempt).name == "two.pdf"


def test_a_page_without_a_file_keeps_that_of_another_window(attempt: Attempt) -> None:
    form = fields_of(Client().get(where(attempt)).content.decode(), having="seen")
    handed_in(attempt, name="one.pdf")
    reply = Client().post(where(attempt), form)
    assert (reply.status_code, upload_of(attempt).name) == (302, "one.pdf")
