"""Nothing accessible without a login contains test items, item responses or scoring keys."""

import html
import io
import re
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.test import Client
from pypdf import PdfReader

from goodword.accounts.models import AuditEntry
from goodword.assessments.models import Attempt
from goodword.reports.domain.rendering import (
    LAYOUT,
    WITHHELD,
    NotRendered,
    content_of,
    render_older,
)
from goodword.reports.domain.versions import on_attempt_completed
from goodword.reports.models import Report, ReportFile, ReportOpening, SigningCertificate
from goodword.reports.pdf import fonts
from goodword.reports.pdf.typesetter import typesetter
from tests.assessments.all_kinds import marked
from tests.reports.pdf.test_unusable_fonts import only_packages
from tests.reports.reports import NOW, share_path
from tests.reports.test_assessment_of_all_kinds import attempt_of, report_of
from tests.reports.test_signing import made_by_openssl
from tests.support import factories
from tests.support.jobs import run_jobs
from tests.support.kept import kept
from tests.support.pages import signed_in
from tests.workspace.applications import path, review

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOW, tick=False)]

#: replaces a file of layout 1
OLD = b"%PDF-1.7 the key is 3"


@pytest.fixture
@kept
def attempt() -> Attempt:
    """Tests of all kinds, taken in German, with one answer marked by two people."""
    attempt = attempt_of("de", two_raters=True)
    marked(attempt, name="Nora Nine", safe=5, tells=1, comment="Calm and clear")
    marked(attempt, name="Omar Ten", safe=4, tells=1)
    return attempt


@pytest.fixture
def report(attempt: Attempt) -> Report:
    return report_of(attempt)


def secrets_of(report: Report) -> set[str]:
    """All texts of items, options, answers, keys and rules."""
    return {text for test in report.snapshot["assessment"]["tests"] for text in _texts(test)}


def _texts(test: dict[str, Any]) -> Iterator[str]:
    match test["kind"]:
        case "scales":
            for scale in test["scales"]:
                yield from (item["text"] for item in scale["items"])
        case "reasoning":
            for task in test["tasks"]:
                yield from (task["rule"], *task["lines"], "   ".join(task["terms"]))
                yield from (drawing["alt"] for drawing in task["drawings"])
                yield from (option["drawing"]["alt"] for option in task["options"] if option["drawing"])
        case "judgement":
            for situation in test["situations"]:
                yield situation["text"]
                yield from (action[key] for action in situation["actions"] for key in ("text", "reason"))
        case "questions":
            for question in test["questions"]:
                yield from (question["text"], question["answer"], question["right_answer"])
                yield from (one["text"] for one in [*question["criteria"], *question["remarks"]])
        case kind:
            raise AssertionError(f"no texts are known of {kind}")


def everything_in(content: bytes) -> str:
    """All text of a PDF: pages, alternative texts, bookmarks and metadata, with single spaces."""
    reader = PdfReader(io.BytesIO(content))
    found = [page.extract_text() for page in reader.pages]
    for number in range(1, len(reader.xref_objStm) + len(reader.xref[0]) + 1):
        one: Any = reader.get_object(number)
        if isinstance(one, dict):
            found += [str(value) for value in one.values() if isinstance(value, str)]
    root: Any = reader.trailer["/Root"]
    assert "/EmbeddedFiles" not in str(root.get("/Names", ""))
    return re.sub(r"\s+", " ", " ".join(found))


def leaked(report: Report, text: str) -> list[str]:
    secrets = {re.sub(r"\s+", " ", one).strip() for one in secrets_of(report) if one}
    assert len(secrets) > 100
    return sorted(secret for secret in secrets if len(secret) > 4 and secret in text)


@pytest.mark.world
def test_a_shared_pdf_has_no_item_no_single_answer_and_no_key(report: Report) -> None:
    response = Client().get(share_path(report))
    text = everything_in(response.content)
    assert leaked(report, text) == []
    assert "5,5 von 8 Punkten" in text


@pytest.mark.world
def test_the_scan_finds_texts_on_members_pages(report: Report) -> None:
    """Proves that the test above could find these texts."""
    application = report.step_request.application
    client = signed_in(factories.member(report.organisation, kind="admin"))
    html = client.get(path("candidate", report.organisation, application.pk)).content.decode()
    assert len(leaked(report, _plain(html))) > 100


@pytest.mark.main_case
def test_a_review_without_a_login_has_no_item_no_single_answer_and_no_key(report: Report) -> None:
    text = _plain(Client().get(review(report.step_request.application)).content.decode())
    assert leaked(report, text) == []
    for said in (
        "Sign in to see test items",
        "from 4 of 4 answers",
        "On average the ratings are",
        "4 of 4 questions answered.",
        "5.5 of 8 points for marked answers (1).",
    ):
        assert said in text


def _plain(html: str) -> str:
    from html import unescape

    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


def aged(report: Report) -> str:
    """Replace its PDF by one of layout 1. Returns a share link to it."""
    ReportFile.objects.of(report.organisation).update(content=OLD, sha256="0" * 64, layout=1)
    return share_path(report)


def state(report: Report) -> tuple[bool, int]:
    file = ReportFile.objects.of(report.organisation).get(report=report)
    return bytes(file.content) == OLD, file.layout


@pytest.mark.world
def test_an_old_link_opens_the_report_in_todays_layout(report: Report) -> None:
    where = aged(report)
    assert int(Client().head(where)["Content-Length"]) > 10_000
    response = Client().get(where)
    assert leaked(report, everything_in(response.content)) == []
    assert state(report) == (False, LAYOUT)
    assert Client().get(where).content == response.content


@pytest.mark.world
def test_members_and_exports_get_no_old_file_either(report: Report) -> None:
    aged(report)
    client = signed_in(factories.member(report.organisation, kind="admin"))
    exported = client.post(path("candidate_export", report.organisation, report.step_request.application_id))
    with zipfile.ZipFile(io.BytesIO(exported.content)) as bundle:
        assert leaked(report, everything_in(bundle.read(f"reports/{report.code}-v1.pdf"))) == []
    aged(report)
    pdf = client.get(path("report_pdf", report.organisation, report.pk)).content
    assert leaked(report, everything_in(pdf)) == []


@pytest.mark.world
def test_the_sweep_renders_old_files(report: Report, attempt: Attempt) -> None:
    on_attempt_completed(_completed(attempt))
    run_jobs()
    aged(report)
    assert (render_older(now=NOW), render_older(now=NOW)) == (2, 0)
    assert state(report) == (False, LAYOUT)


def _completed(attempt: Attempt) -> Any:
    from goodword.core.models import Event

    return Event.objects.get(name="attempt.completed", data__attempt_id=attempt.pk)


@pytest.mark.world
def test_an_old_file_that_cannot_be_rendered_is_withheld(report: Report) -> None:
    where, whole = aged(report), report.snapshot
    Report.objects.of(report.organisation).update(snapshot={**whole, "schema": 99})
    assert render_older(now=NOW) == 0
    assert (state(report), render_older(now=NOW)) == ((True, WITHHELD), 0)
    response = Client().get(where)
    assert (response.status_code, response["Cache-Control"]) == (503, "no-store")
    page = " ".join(html.unescape(response.content.decode()).split())
    assert "This report can't be shown" in page
    assert "minutes" not in page
    assert "for the results" in page
    assert OLD not in response.content
    admin = signed_in(factories.member(report.organisation, kind="admin"))
    assert admin.get(path("report_pdf", report.organisation, report.pk)).status_code == 503
    exported = admin.post(path("candidate_export", report.organisation, report.step_request.application_id))
    with zipfile.ZipFile(io.BytesIO(exported.content)) as bundle:
        assert f"reports/{report.code}-v1.txt" in bundle.namelist()
    assert not ReportOpening.objects.of(report.organisation).exists()
    assert not AuditEntry.objects.of(report.organisation).filter(action="report.opened").exists()
    Report.objects.of(report.organisation).update(snapshot=whole)
    assert Client().get(where).status_code == 200


@pytest.mark.world
def test_an_old_file_is_rendered_once_the_typesetting_process_can_be_started(
    report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = aged(report)
    typesetter.end()
    with monkeypatch.context() as patch:
        patch.setattr(sys, "executable", "/nowhere/python")
        assert render_older(now=NOW) == 0
        assert Client().get(where).status_code == 503
    assert Client().get(where).status_code == 200


@contextmanager
def without_fonts(folder: Path) -> Iterator[None]:
    """Start the next typesetting process without fonts. `folder`: an empty folder."""
    only_packages(folder)
    typesetter.end()
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.syspath_prepend(folder)
            patch.setattr(fonts, "SYSTEM_FOLDERS", ())
            yield
    finally:
        typesetter.end()


@pytest.mark.world
def test_an_old_file_is_rendered_once_there_is_a_font_for_latin_text(
    report: Report, attempt: Attempt, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    on_attempt_completed(_completed(attempt))
    run_jobs()
    where = aged(report)
    with without_fonts(tmp_path):
        assert (render_older(now=NOW), state(report)) == (0, (True, 1))
        assert [record.getMessage() for record in caplog.records] == [
            "Reports in older layouts that could not be typeset or signed: 2. The next run tries again."
        ]
        assert Client().get(where).status_code == 503
    assert Client().get(where).status_code == 200


@pytest.mark.world
def test_an_old_file_is_rendered_once_reports_can_be_signed(report: Report, tmp_path: Path) -> None:
    where = aged(report)
    unusable = x509.load_pem_x509_certificate(made_by_openssl("only for PSS", tmp_path))
    [row] = SigningCertificate.objects.all()
    usable, row.certificate = row.certificate, unusable.public_bytes(Encoding.DER)
    row.save()
    assert (render_older(now=NOW), state(report)) == (0, (True, 1))
    assert Client().get(where).status_code == 503
    row.certificate = usable
    row.save()
    assert Client().get(where).status_code == 200


@pytest.mark.world
def test_a_file_that_was_erased_while_it_was_rendered_is_not_handed_out(report: Report) -> None:
    ReportFile.objects.of(report.organisation).delete()
    with pytest.raises(NotRendered):
        content_of(report, now=NOW)
