"""/verify says whether a file was issued here, is unchanged and is the newest version, and nothing else."""

import hashlib
import random
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from goodword.core import personal_data
from goodword.core.personal_data import Subject
from goodword.reports.domain.rendering import content_of, render
from goodword.reports.domain.verification import VerificationOutcome, VerificationResult, verify
from goodword.reports.domain.versions import mint_code
from goodword.reports.models import IssuedFile, Report, ReportFile, SigningCertificate
from goodword.reports.pdf.render import render_pdf
from goodword.reports.signing import keys
from goodword.reports.signing.signature import Identity, self_signed, sign
from tests.reports.pdf.samples import assessment
from tests.reports.reports import NOW, ready, text_of
from tests.reports.test_signing import EC, issued, pem
from tests.support import factories

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOW, tick=False)]

#: an incremental update, as PDF editors append it
UPDATE = b"\n1 0 obj\n<</Type/Annot>>\nendobj\nxref\n0 1\ntrailer\n<</Prev 1>>\nstartxref\n9\n%%EOF\n"


@pytest.fixture
def report() -> Report:
    return ready()


@pytest.fixture
def content(report: Report) -> bytes:
    return bytes(report.file.content)


@pytest.fixture(autouse=True)
def no_limit_reached() -> None:
    cache.clear()


def upload(content: bytes, *, language: str = "en", name: str = "report.pdf") -> tuple[int, str]:
    file = SimpleUploadedFile(name, content, content_type="application/pdf")
    response = Client(headers={"Accept-Language": language}).post("/verify/", {"file": file})
    return response.status_code, " ".join(strip_tags(response.content.decode()).split())


def outcome(content: bytes) -> VerificationOutcome:
    return verify(content).outcome


def next_version(report: Report) -> Report:
    later = Report.objects.create(
        organisation=report.organisation,
        step_request=report.step_request,
        attempt=report.attempt,
        version=report.version + 1,
        code=mint_code(),
        snapshot=report.snapshot,
        created_at=NOW,
    )
    render(report_id=later.pk, now=NOW)
    return later


@pytest.mark.main_case
def test_an_issued_file_is_genuine_unchanged_and_the_newest(report: Report, content: bytes) -> None:
    assert verify(content) == VerificationResult(
        VerificationOutcome.UNCHANGED,
        issued_at=NOW,
        organisation=report.organisation,
        code=report.code,
        version=1,
    )
    status, page = upload(content)
    assert status == 200
    assert "Genuine and unchanged" in page
    assert f"issued this report on 3 March 2026: {report.code}, version 1. It is the newest version." in page
    assert report.step_request.application.candidate.name not in page


def test_the_page_needs_no_login_and_is_in_the_browsers_language(content: bytes) -> None:
    assert Client().get("/verify").status_code == 301
    response = Client().get("/verify/")
    assert (response.status_code, response["Cache-Control"], response["X-Robots-Tag"]) == (
        200,
        "no-store",
        "noindex",
    )
    for language, said in (("de", "Echt und unverändert"), ("fr", "Authentique et non modifié")):
        assert said in upload(content, language=language)[1]
    assert "3. März 2026" in upload(content, language="de")[1]


def test_a_newer_version_is_mentioned(report: Report, content: bytes) -> None:
    later = next_version(report)
    answer = verify(content)
    assert (answer.outcome, answer.newer) == (VerificationOutcome.UNCHANGED, True)
    assert "There is a newer version." in upload(content)[1]
    assert verify(bytes(later.file.content)).newer is False


@pytest.mark.world
def test_a_file_rendered_again_is_newer_than_the_one_before(report: Report, content: bytes) -> None:
    ReportFile.objects.of(report.organisation).update(layout=1)
    again = content_of(report, now=NOW + timedelta(days=1))
    assert (verify(content).newer, verify(again).newer) == (True, False)
    assert verify(again).issued_at == NOW + timedelta(days=1)


def test_a_version_that_is_not_rendered_yet_is_not_mentioned(report: Report, content: bytes) -> None:
    next_version(report)
    Report.objects.of(report.organisation).filter(version=2).update(state="building")
    assert verify(content).newer is False


@pytest.mark.slow
def test_every_flipped_byte_is_detected(content: bytes) -> None:
    """Flips every byte around the signature and a sample of the others."""
    signature = content.rindex(b"/ByteRange")
    end = content.index(b"%%EOF", signature) + 6
    positions = {*range(0, len(content), 997), *range(signature - 40, signature + 160), *range(end - 60, end)}
    positions |= set(range(signature, end, 31))
    for position in sorted(one for one in positions if one < len(content)):
        changed = bytearray(content)
        changed[position] ^= 1
        assert outcome(bytes(changed)) is VerificationOutcome.CHANGED, position


@pytest.mark.matrix
@pytest.mark.parametrize(
    "change",
    [
        lambda content: content + UPDATE,
        lambda content: content + b"\n",
        lambda content: content[:-1],
        lambda content: b" " + content,
        lambda content: content.replace(b"/ByteRange [", b"/ByteRange  ["),
        lambda content: content + content,
        lambda content: content + b"<" + b"30" * 5000 + b">",
    ],
    ids=["update", "newline", "cut", "before", "space", "twice", "another signature"],
)
def test_added_and_removed_bytes_are_detected(content: bytes, change: Callable[[bytes], bytes]) -> None:
    assert outcome(change(content)) is VerificationOutcome.CHANGED
    status, page = upload(change(content))
    assert (status, "Changed after it was issued" in page) == (200, True)


@pytest.mark.world
def test_a_changed_file_reveals_nothing_about_the_report(report: Report, content: bytes) -> None:
    page = upload(content + UPDATE)[1]
    assert [said for said in (report.code, report.organisation.name, "2026") if said in page] == []


def test_a_signature_moved_to_another_file_does_not_make_it_genuine(content: bytes) -> None:
    start = content.rindex(b"<", 0, content.rindex(b"/Contents") + 20)
    signature = content[start : content.index(b">", start) + 1]
    assert len(signature) > 1000
    assert outcome(b"%PDF-1.7\n" + signature) is VerificationOutcome.CHANGED


def test_a_file_of_another_installation_was_not_issued_here(report: Report) -> None:
    other = self_signed(host="localhost:8000", now=NOW)
    foreign = sign(render_pdf(report.snapshot).bytes, other, now=NOW).content
    assert verify(foreign) == VerificationResult(VerificationOutcome.UNKNOWN)
    assert verify(render_pdf(report.snapshot).bytes) == VerificationResult(VerificationOutcome.UNKNOWN)
    assert "Not issued here" in upload(foreign)[1]


def test_a_file_signed_with_a_rotated_key_still_verifies(content: bytes) -> None:
    keys.rotate_key(now=NOW)
    assert outcome(content) is VerificationOutcome.UNCHANGED
    assert outcome(content + UPDATE) is VerificationOutcome.CHANGED


@pytest.mark.world
def test_a_signed_file_without_a_record_is_not_called_genuine(content: bytes) -> None:
    signer = keys.current_signer(now=NOW)
    unknown = sign(render_pdf(assessment()).bytes, signer.identity, now=NOW).content
    assert outcome(unknown) is VerificationOutcome.UNRECORDED
    assert outcome(unknown + UPDATE) is VerificationOutcome.CHANGED
    assert "not on record" in upload(unknown)[1]


@pytest.mark.world
def test_an_operators_certificate_signs_other_documents_too(tmp_path: Path, settings: Settings) -> None:
    certificate = issued("Northwind HR", EC, until=NOW + timedelta(days=999))
    (tmp_path / "own.pem").write_bytes(pem(certificate, key=EC))
    settings.GOODWORD_SIGNING_CERTIFICATE = str(tmp_path / "own.pem")
    content = bytes(ready().file.content)
    assert IssuedFile.objects.across_organisations().get().certificate.source == "operator"  # type: ignore[union-attr]  # a signed file has one
    assert (outcome(content), outcome(content + UPDATE)) == (
        VerificationOutcome.UNCHANGED,
        VerificationOutcome.CHANGED,
    )
    contract = sign(render_pdf(assessment()).bytes, Identity(certificate, EC), now=NOW).content
    assert outcome(contract) is VerificationOutcome.UNKNOWN


@pytest.mark.world
def test_an_unusable_certificate_loses_no_report(settings: Settings) -> None:
    settings.GOODWORD_SIGNING_CERTIFICATE = "/nowhere/own.p12"
    content = bytes(ready().file.content)
    assert SigningCertificate.objects.get().source == "installation"
    assert outcome(content) is VerificationOutcome.UNCHANGED


def test_a_file_issued_before_signing_verifies_by_its_digest(report: Report) -> None:
    old = render_pdf(report.snapshot).bytes
    IssuedFile.objects.of(report.organisation).update(
        sha256=hashlib.sha256(old).hexdigest(), covered_sha256="", certificate=None
    )
    assert outcome(old) is VerificationOutcome.UNCHANGED
    assert outcome(old + b"\n") is VerificationOutcome.UNKNOWN


@pytest.mark.world
def test_an_erased_persons_file_is_withdrawn_without_details(report: Report, content: bytes) -> None:
    name = report.step_request.application.candidate.name
    subject = Subject(
        organisation_id=report.organisation_id, application_ids=(report.step_request.application_id,)
    )
    personal_data.erase(subject, now=NOW)
    assert verify(content) == VerificationResult(VerificationOutcome.WITHDRAWN)
    page = upload(content)[1]
    assert "Report withdrawn" in page
    assert [said for said in (name, report.code, report.organisation.name, "2026") if said in page] == []
    redacted = Report.objects.of(report.organisation).latest("pk")
    render(report_id=redacted.pk, now=NOW)
    assert verify(bytes(redacted.file.content)).outcome is VerificationOutcome.UNCHANGED


def test_a_digest_whose_report_is_gone_is_withdrawn(report: Report, content: bytes) -> None:
    Report.objects.of(report.organisation).all().delete()
    assert verify(content) == VerificationResult(VerificationOutcome.WITHDRAWN)


def test_versions_of_other_organisations_do_not_matter(report: Report, content: bytes) -> None:
    other = factories.organisation(name="Globex")
    IssuedFile.objects.create(organisation=other, report=None, sha256="0" * 64, issued_at=NOW)
    answer = verify(content)
    assert (answer.newer, answer.organisation) == (False, report.organisation)


def test_rendering_twice_stores_one_file(report: Report, content: bytes) -> None:
    render(report_id=report.pk, now=NOW)
    report.refresh_from_db()
    assert bytes(report.file.content) == content
    assert IssuedFile.objects.of(report.organisation).get().sha256 == report.file.sha256


def test_verifying_changes_nothing_and_needs_few_queries(
    content: bytes, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    before = list(IssuedFile.objects.across_organisations().values())
    for one in (content, content + UPDATE, b"%PDF-1.7"):
        with django_assert_max_num_queries(4):
            verify(one)
    assert list(IssuedFile.objects.across_organisations().values()) == before


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "This file is not a PDF. Choose the PDF of a report."),
        (b"PK\x03\x04", "This file is not a PDF. Choose the PDF of a report."),
        (b"x" * 2000 + b"%PDF-1.7", "This file is not a PDF. Choose the PDF of a report."),
    ],
)
def test_a_file_that_is_not_a_pdf_is_a_field_error(content: bytes, said: str) -> None:
    status, page = upload(content)
    assert (status, said in page, "Nothing was verified" in page) == (422, True, True)


def test_a_missing_file_is_a_field_error() -> None:
    response = Client().post("/verify/", {})
    assert (response.status_code, "Choose the PDF of a report." in response.content.decode()) == (422, True)


@pytest.mark.slow
def test_a_large_report_verifies_without_being_read_into_memory() -> None:
    """A report of 25 referees with long comments: larger than other requests may be."""
    report = ready()
    drawn = render_pdf(report.snapshot).bytes
    signer = keys.current_signer(now=NOW)
    end = drawn[drawn.rindex(b"startxref") :]
    signed = sign(drawn + b"% a long comment\n" * 800_000 + end, signer.identity, now=NOW)
    IssuedFile.objects.create(
        organisation=report.organisation,
        report=report,
        sha256=hashlib.sha256(signed.content).hexdigest(),
        covered_sha256=signed.covered,
        issued_at=NOW,
    )
    assert len(signed.content) > 13_000_000
    for content, said in (
        (signed.content, "Genuine and unchanged"),
        (signed.content + b"\n", "Changed after it was issued"),
        (b"%PDF-1.7" + bytes(13_000_000), "Not issued here"),
    ):
        status, page = upload(content)
        assert (status, said in page) == (200, True)


def test_a_huge_file_is_refused_on_a_page_that_names_the_limit() -> None:
    status, page = upload(b"%PDF-1.7" + b"\0" * 17_000_000)
    assert (status, "Too large to send" in page, "wasn't saved" in page) == (413, True, False)
    assert "Files of up to 16 MB can be verified." in page


def test_a_form_without_a_csrf_token_is_refused(content: bytes) -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.post("/verify/", {"file": SimpleUploadedFile("a.pdf", content)}).status_code == 403


@pytest.mark.slow
def test_thirty_files_a_minute_are_allowed() -> None:
    for _ in range(30):
        assert upload(b"%PDF-1.7")[0] == 200
    status, page = upload(b"%PDF-1.7")
    assert (status, "Wait a minute, then choose the file again." in page) == (429, True)


def test_a_file_name_injects_no_markup(content: bytes) -> None:
    response = Client().post(
        "/verify/", {"file": SimpleUploadedFile("<script>alert(1)</script>.pdf", content)}
    )
    assert "<script>alert" not in response.content.decode()


HOSTILE = {
    "a signature of zeros": b"<" + b"00" * 20_000 + b">",
    "deep nesting": b"<" + b"3080" * 14_000 + b">",
    "long lengths": b"<" + b"3084FFFFFFFF" * 4_000 + b">",
    "many short runs": (b"a" * 999 + b"z") * 2_000,
    "many runs": (b"A" * 1_001 + b"\n") * 1_900,
    "one long run": b"f" * 2_000_000,
    "many ranges": b"/ByteRange [0 1 2 3]" * 100_000,
    "endless ranges": b"/ByteRange [0 0 999999999 999999999]" * 50_000,
    "a loop of tables": b"xref\n0 1\ntrailer\n<</Prev 9>>\nstartxref\n9\n%%EOF\n" * 40_000,
    "encrypted": b"trailer\n<</Encrypt<</Filter/Standard/V 5/R 6>>>>\n",
}


@pytest.mark.matrix
@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_file_is_answered_quickly(report: Report, hostile: bytes) -> None:
    began = time.process_time()
    assert outcome(b"%PDF-1.7\n" + hostile) is VerificationOutcome.UNKNOWN
    assert time.process_time() - began < 2


@pytest.mark.slow
def test_a_damaged_signature_raises_no_error(content: bytes) -> None:
    start = content.rindex(b"<", 0, content.rindex(b"/Contents") + 20) + 1
    end = content.index(b"00000000", start)
    chosen = random.Random(14)
    for _ in range(150):
        changed = bytearray(content[start:end])
        for _ in range(chosen.randint(1, 6)):
            changed[chosen.randrange(len(changed))] = chosen.choice(b"0123456789ABCDEF")
        assert outcome(b"%PDF-1.7\n<" + changed + b">") in {
            VerificationOutcome.UNKNOWN,
            VerificationOutcome.CHANGED,
        }


@pytest.mark.world
def test_the_footer_of_a_report_names_the_address(report: Report) -> None:
    assert f"{report.code} · version 1" in text_of(report)
    assert "verify at http://localhost:8000/verify" in text_of(report)
    assert reverse("verify_report") == "/verify/"
