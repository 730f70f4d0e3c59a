"""Reports are signed with the installation's key, or with the operator's certificate if it is usable."""

import io
import os
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from django.db import connection
from pypdf import PdfReader
from pytest_django.fixtures import Settings

from goodword.cli import main
from goodword.core.environment import SettingError
from goodword.core.models import FieldKeyCanary
from goodword.reports.domain.rendering import render_signed
from goodword.reports.models import SigningCertificate
from goodword.reports.pdf.render import render_pdf
from goodword.reports.signing import keys
from goodword.reports.signing.keys import certificate_finding
from goodword.reports.signing.signature import (
    Identity,
    fingerprint,
    load_own,
    self_signed,
    sign,
    signatures_in,
)
from tests.reports.pdf.samples import assessment, reference_check
from tests.support import factories

NOW = factories.NOW
PEM, PKCS8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
PLAIN = serialization.NoEncryption()


def issued(
    name: str,
    key: Any,
    *,
    by: tuple[x509.Certificate, Any] | None = None,
    until: datetime = NOW + timedelta(days=365),
    begins: datetime = NOW - timedelta(days=30),
    usage: str | None = "digital_signature",
) -> x509.Certificate:
    """Returns a certificate for `key`, self-signed without `by`; no key usage extension if `usage` is None."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    names = (
        *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment"),
        *("key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by[0].subject if by else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(until)
    )
    if usage is not None:
        flags = {one: one == usage for one in names}
        builder = builder.add_extension(x509.KeyUsage(**flags), critical=True)
    return builder.sign(by[1] if by else key, hashes.SHA256())


def pem(*certificates: x509.Certificate, key: Any = None, password: bytes | None = None) -> bytes:
    encryption = serialization.BestAvailableEncryption(password) if password else PLAIN
    secret = key.private_bytes(PEM, PKCS8, encryption) if key else b""
    return b"".join([*(certificate.public_bytes(PEM) for certificate in certificates), secret])


@pytest.fixture
def folder(tmp_path: Path, settings: Settings) -> Path:
    settings.GOODWORD_SIGNING_CERTIFICATE = str(tmp_path / "own.pem")
    return tmp_path


EC = ec.generate_private_key(ec.SECP256R1())
#: keys that only `openssl` makes
BY_OPENSSL = {
    "unsupported curve": ("ec", "-pkeyopt", "ec_paramgen_curve:brainpoolP160r1"),
    "only for PSS": ("rsa-pss", "-pkeyopt", "rsa_keygen_bits:2048"),
}


def made_by_openssl(name: str, folder: Path) -> bytes:
    """A certificate and its key in PEM, valid from the real time on."""
    files = certificate, key = folder / "made.pem", folder / "made.key"
    command = ["openssl", "req", "-x509", "-newkey", *BY_OPENSSL[name], "-nodes", "-subj", "/CN=X"]
    subprocess.run([*command, "-out", certificate, "-keyout", key], check=True, capture_output=True)
    return b"".join(file.read_bytes() for file in files)


@pytest.mark.slow
@pytest.mark.parametrize("snapshot", [assessment(), reference_check(6, with_self=True)])
def test_a_signed_report_still_conforms_to_pdf_a_and_pdf_ua(snapshot: Any) -> None:
    """Checks only what signing adds; `make pdf-standards` checks whole files."""
    signed = sign(render_pdf(snapshot).bytes, self_signed(host="hr.example.com", now=NOW), now=NOW)
    reader = PdfReader(io.BytesIO(signed.content))
    root: Any = reader.trailer["/Root"]
    form = root["/AcroForm"]
    (field,) = (one.get_object() for one in form["/Fields"])
    page: Any = reader.pages[0]
    # a zero-size field needs no appearance (PDF/A 6.3.3); a field outside the page needs no tag (PDF/UA 7.18.1)
    assert (field["/Rect"], field["/Subtype"], "/AP" in field) == ([-9999] * 4, "/Widget", False)
    # printed, locked and neither hidden nor invisible (PDF/A 6.3.2); no NeedAppearances (6.4.1)
    assert (field["/F"], form.get("/NeedAppearances", False), form["/SigFlags"]) == (132, False, 3)
    assert field.indirect_reference in page["/Annots"]
    assert (page["/Tabs"], field["/TU"]) == ("/S", "Signature")
    value = field["/V"]
    assert (value["/SubFilter"], value["/M"]) == ("/ETSI.CAdES.detached", f"D:{NOW:%Y%m%d%H%M%S}Z")
    assert root["/Perms"]["/DocMDP"] == value
    assert value["/Reference"][0]["/TransformParams"]["/P"] == 1  # no changes are permitted
    assert root["/MarkInfo"]["/Marked"]
    # each object starts on a new line (PDF/A 6.1.9)
    drawn = len(render_pdf(snapshot).bytes)
    first, *_ = re.finditer(rb"\d+ 0 obj\n", signed.content[drawn:])
    assert signed.content[drawn + first.start() - 1 :][:1] == b"\n"


@pytest.mark.parametrize(
    "key",
    [
        EC,
        ec.generate_private_key(ec.SECP384R1()),
        rsa.generate_private_key(public_exponent=65537, key_size=2048),
    ],
    ids=["P-256", "P-384", "RSA"],
)
def test_a_signature_matches_only_its_certificate(key: Any) -> None:
    mine = Identity(issued("Me", key), key)
    signed = sign(render_pdf(assessment(tests=[])).bytes, mine, now=NOW)
    (found,) = signatures_in(signed.content)
    assert found.covered == signed.covered
    assert found.is_by(mine.certificate)
    assert not found.is_by(self_signed(host="hr.example.com", now=NOW).certificate)


@pytest.mark.django_db
def test_the_installation_has_one_sealed_key() -> None:
    keys.ensure_key(now=NOW)
    first = keys.current_signer(now=NOW)
    row = SigningCertificate.objects.get()
    assert (first.row, row.source, "PRIVATE" in row.sealed_key) == (row, "installation", False)
    assert first.identity.name == "Goodword at localhost:8000"
    assert keys.certificate_of(row) == first.identity.certificate
    assert first.identity.key.public_key() == first.identity.certificate.public_key()


@pytest.mark.programs
@pytest.mark.django_db(transaction=True)
def test_processes_that_start_together_create_one_key() -> None:
    def start(_: int) -> int:
        try:
            return keys.current_signer(now=NOW).row.pk
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as many:
        assert len(set(many.map(start, range(12)))) == 1
    assert SigningCertificate.objects.count() == 1


@pytest.mark.django_db
def test_rotating_a_key_keeps_only_its_certificate(capsys: pytest.CaptureFixture[str]) -> None:
    old = keys.current_signer(now=NOW).row
    new = keys.rotate_key(now=NOW + timedelta(days=1))
    old.refresh_from_db()
    assert (old.sealed_key, old.retired_at) == ("", NOW + timedelta(days=1))
    assert keys.current_signer(now=NOW + timedelta(days=2)).row == new.row != old


@pytest.mark.django_db
def test_a_key_is_replaced_before_its_certificate_expires() -> None:
    old = keys.current_signer(now=NOW)
    almost = old.identity.certificate.not_valid_after_utc - keys.RENEW_BEFORE
    assert keys.current_signer(now=almost).row == old.row
    assert keys.current_signer(now=almost + timedelta(seconds=1)).row != old.row


@pytest.mark.world
@pytest.mark.django_db
def test_a_wrong_field_key_keeps_the_signing_key_but_a_lost_one_replaces_it(settings: Settings) -> None:
    settings.GOODWORD_FIELD_KEYS = {"k1": b"1" * 32}
    main(["migrate"])
    old = keys.current_signer(now=NOW).row
    settings.GOODWORD_FIELD_KEYS = {"k2": b"2" * 32}
    with pytest.raises(SettingError, match="lacks the key 'k1'"):
        keys.current_signer(now=NOW)
    assert SigningCertificate.objects.get() == old
    FieldKeyCanary.objects.all().delete()
    assert main(["forget-field-key", "k1"]) == 2  # nothing left to forget
    assert keys.current_signer(now=NOW).row != old


def test_a_pkcs12_file_with_its_chain_signs(tmp_path: Path, settings: Settings) -> None:
    root_key, middle_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root = issued("Root", root_key, usage="key_cert_sign")
    middle = issued("Middle", middle_key, by=(root, root_key), usage="key_cert_sign")
    own = issued("Northwind HR", EC, by=(middle, middle_key))
    file = tmp_path / "own.p12"
    file.write_bytes(
        pkcs12.serialize_key_and_certificates(
            b"x", EC, own, [root, middle], serialization.BestAvailableEncryption(b"secret")
        )
    )
    settings.GOODWORD_SIGNING_CERTIFICATE, settings.GOODWORD_SIGNING_PASSWORD = str(file), "secret"
    status = keys.status(now=NOW)
    assert (status.name, status.is_own, status.problem) == ("Northwind HR", True, "")
    identity = load_own(certificate=str(file), key="", password="secret", now=NOW)
    assert identity.chain == (middle, root)
    signed = sign(render_pdf(assessment(tests=[])).bytes, identity, now=NOW)
    for certificate in (own, middle, root):
        assert certificate.public_bytes(serialization.Encoding.DER).hex().upper().encode() in signed.content


@pytest.mark.django_db
def test_a_pem_file_signs_and_a_new_one_is_noticed(folder: Path) -> None:
    first, second = issued("First", EC), issued("The second", EC)
    (folder / "own.pem").write_bytes(pem(first, key=EC))
    signer = keys.current_signer(now=NOW)
    assert (signer.identity.name, signer.row.source, signer.row.sealed_key) == ("First", "operator", "")
    (folder / "own.pem").write_bytes(pem(second, key=EC))
    assert keys.current_signer(now=NOW).identity.name == "The second"
    known = set(SigningCertificate.objects.values_list("fingerprint", flat=True))
    assert known == {fingerprint(first), fingerprint(second)}


@pytest.mark.django_db
def test_doctor_looks_at_the_certificate(folder: Path, settings: Settings) -> None:
    def found(now: datetime = NOW) -> tuple[str, str]:
        one = certificate_finding(now=now)
        assert bool(one.remedy) == (one.state != "good")
        return one.state, one.sentence

    state, sentence = found()
    assert (state, sentence.startswith("The operator's certificate can't be used. ")) == ("attention", True)
    own = issued("Northwind HR", EC)
    (folder / "own.pem").write_bytes(pem(own, key=EC))
    assert found() == ("good", "Reports are signed with the operator's certificate.")
    assert found(own.not_valid_after_utc - timedelta(days=9, hours=1)) == (
        "attention",
        "The certificate that signs reports expires in 9 days.",
    )
    settings.GOODWORD_SIGNING_CERTIFICATE = ""
    assert found() == ("attention", "There is no certificate yet.")
    keys.ensure_key(now=NOW)
    assert found() == ("good", "Reports are signed with this installation's own certificate.")


def with_unreadable_name(certificate: x509.Certificate) -> x509.Certificate:
    """The certificate's name is invalid UTF-8, which shows only when it is read."""
    der = certificate.public_bytes(serialization.Encoding.DER)
    return x509.load_der_x509_certificate(der.replace(b"Northwind", b"\xff" * 9))


def bad(name: str, folder: Path, settings: Settings) -> datetime:
    """Configure an unusable certificate. Returns the time at which to try it."""
    file, other = folder / "own.pem", ec.generate_private_key(ec.SECP256R1())
    brainpool = ec.generate_private_key(ec.BrainpoolP256R1())
    edwards, short = ed25519.Ed25519PrivateKey.generate(), rsa.generate_private_key(65537, 1024)
    written = {
        "nothing": None,
        "garbage": b"hello",
        "cut off": pem(issued("X", EC), key=EC)[:300],
        "no key": pem(issued("X", EC)),
        "another key": pem(issued("X", EC), key=other),
        "expired": pem(issued("X", EC, until=NOW - timedelta(days=1)), key=EC),
        "not yet": pem(issued("X", EC, begins=NOW + timedelta(days=1)), key=EC),
        "usage": pem(issued("X", EC, usage="key_encipherment"), key=EC),
        "curve": pem(issued("X", brainpool), key=brainpool),
        "edwards": pem(issued("X", EC), key=edwards),
        "short": pem(issued("X", short), key=short),
        "no password": pem(issued("X", EC), key=EC, password=b"secret"),
        "needless password": pem(issued("X", EC), key=EC),
        "wrong password": pem(issued("X", EC), key=EC, password=b"secret"),
        "too large": b"-" * 1_100_000,
        "unreadable name": pem(with_unreadable_name(issued("Northwind", EC)), key=EC),
    }.get(name)
    if name == "pipe":
        os.mkfifo(file)
    if name in BY_OPENSSL:
        written = made_by_openssl(name, folder)
    if written is not None:
        file.write_bytes(written)
    if "password" in name and name != "no password":
        settings.GOODWORD_SIGNING_PASSWORD = "wrong"
    if name in BY_OPENSSL:
        return x509.load_pem_x509_certificate(file.read_bytes()).not_valid_before_utc
    return NOW


@pytest.mark.matrix
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("nothing", "can't be read: No such file or directory."),
        ("garbage", "is not a PKCS#12 or PEM file, or GOODWORD_SIGNING_PASSWORD is not its password."),
        ("cut off", "contains no certificate."),
        ("no key", "contains no private key. Add it, or name its file in GOODWORD_SIGNING_KEY."),
        ("another key", "The private key does not match the certificate in"),
        ("expired", "The certificate expired on"),
        ("not yet", "The certificate is not valid before"),
        ("usage", "The certificate may not be used for digital signatures (key usage)."),
        ("curve", "is of a type that PDF readers don't support."),
        ("edwards", "is of a type that PDF readers don't support."),
        ("short", "is of a type that PDF readers don't support."),
        ("no password", "is encrypted: set GOODWORD_SIGNING_PASSWORD."),
        ("needless password", "is not encrypted: remove GOODWORD_SIGNING_PASSWORD."),
        ("wrong password", "can't be read, or GOODWORD_SIGNING_PASSWORD is not its password."),
        ("too large", "is too large for a certificate."),
        ("unreadable name", "The name in the certificate can't be read."),
        ("pipe", "own.pem is not a file."),
        ("unsupported curve", "or its encryption, is of a kind that can't be read."),
        (
            "only for PSS",
            "was read, but signing with it fails: Signature mechanism rsassa_pss is unsupported.",
        ),
    ],
)
def test_an_unusable_certificate_is_explained_and_the_installation_signs(
    name: str, said: str, folder: Path, settings: Settings
) -> None:
    now = bad(name, folder, settings)
    status = keys.status(now=now)
    assert said in status.problem
    assert (status.is_own, status.name) == (False, "Goodword at localhost:8000")
    assert keys.current_signer(now=now).row.source == "installation"


@pytest.mark.world
@pytest.mark.django_db
@pytest.mark.parametrize("name", BY_OPENSSL)
def test_an_unsupported_key_stops_neither_the_start_nor_a_report(
    name: str, folder: Path, settings: Settings
) -> None:
    now = bad(name, folder, settings)
    assert main(["migrate"]) == 0
    keys.ensure_key(now=now)
    assert render_signed(assessment(), now=now).certificate.source == "installation"


@pytest.mark.django_db
def test_an_unsupported_key_in_a_pkcs12_file_is_explained(folder: Path, settings: Settings) -> None:
    bad("unsupported curve", folder, settings)
    settings.GOODWORD_SIGNING_PASSWORD = "secret"
    own = folder / "own.pem"
    into = ["-in", str(own), "-out", str(folder / "own.p12"), "-passout", "pass:secret"]
    subprocess.run(["openssl", "pkcs12", "-export", *into], check=True, capture_output=True)
    (folder / "own.p12").rename(own)
    assert "or its encryption, is of a kind that can't be read." in keys.status(now=NOW).problem


@pytest.mark.django_db
def test_an_issuer_with_an_unsupported_key_is_harmless(folder: Path) -> None:
    issuer = x509.load_pem_x509_certificate(made_by_openssl("unsupported curve", folder))
    (folder / "own.pem").write_bytes(pem(issuer, issued("Northwind HR", EC), key=EC))
    assert keys.current_signer(now=NOW).identity.name == "Northwind HR"


@pytest.mark.django_db
def test_an_unexpected_failure_is_explained_and_logged_once(
    folder: Path, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.GOODWORD_SIGNING_CERTIFICATE = f"{folder}/own\0.pem"  # raises ValueError, not OSError
    for _ in range(2):
        assert "can't be read (ValueError). Details are in the log." in keys.status(now=NOW).problem
    assert keys.current_signer(now=NOW).row.source == "installation"
    (logged,) = (record for record in caplog.records if record.exc_info)
    assert "embedded null" in str(logged.exc_info)


@pytest.mark.world
@pytest.mark.django_db
def test_the_command_shows_rotates_and_fails_for_an_unusable_certificate(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["signing-certificate"]) == 1
    out, err = capsys.readouterr()
    first = SigningCertificate.objects.get()
    assert "Reports are signed by 'Goodword at localhost:8000' (of this installation)" in out
    assert first.fingerprint in out
    assert "can't be read: No such file or directory." in err
    (folder / "own.pem").write_bytes(
        pem(issued("Northwind HR", EC, until=NOW + timedelta(days=9999)), key=EC)
    )
    assert main(["signing-certificate", "--rotate"]) == 0
    out, err = capsys.readouterr()
    assert ("This installation has a new key." in out, "'Northwind HR'" in out, err) == (True, True, "")
    assert SigningCertificate.objects.filter(retired_at=None, source="installation").get() != first
