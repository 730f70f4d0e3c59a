"""Signs a PDF, reads signatures from untrusted files, and makes or loads certificates: a self-signed one for the
installation, or the operator's from a file.

Untrusted files are never parsed as PDF: `signatures_in` only looks for the hexadecimal text of a signature.
"""

import hashlib
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import islice
from mmap import mmap
from pathlib import Path
from stat import S_ISREG
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

from goodword.reports.pdf.typesetter import typesetter

type Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

LIFETIME: Final = timedelta(days=3653)
#: document signing (RFC 9336)
_DOCUMENT_SIGNING: Final = x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36")
_SHORTEST_RSA: Final = 2048
_LONGEST_NAME: Final = 64
_LARGEST_FILE: Final = 1024 * 1024

log = logging.getLogger(__name__)
_logged: set[str] = set()


@dataclass(frozen=True, slots=True)
class Identity:
    """`chain`: the known issuers above the certificate."""

    certificate: x509.Certificate
    key: Key
    chain: tuple[x509.Certificate, ...] = ()

    @property
    def name(self) -> str:
        return common_name(self.certificate)


class CannotUse(Exception):
    """The message tells admins why the operator's certificate can't be used and what to do."""


def common_name(certificate: x509.Certificate) -> str:
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else certificate.subject.rfc4514_string()


def fingerprint(certificate: x509.Certificate) -> str:
    return certificate.fingerprint(hashes.SHA256()).hex()


def self_signed(*, host: str, now: datetime) -> Identity:
    """Valid from yesterday, since readers' clocks differ."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Goodword"),
            x509.NameAttribute(NameOID.COMMON_NAME, f"Goodword at {host}"[:_LONGEST_NAME]),
        ]
    )
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + LIFETIME)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([_DOCUMENT_SIGNING]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return Identity(certificate, key)


def key_to_text(key: Key) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def key_from_text(text: str) -> Key:
    key = serialization.load_pem_private_key(text.encode(), password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey)
    return key


def load_own(*, certificate: str, key: str, password: str, now: datetime) -> Identity:
    """The operator's identity from a PKCS#12 or PEM file. `key`: file with the key, if it is separate.

    Changed files are read again. Any failure raises CannotUse; reports are then signed with the installation's key.
    """
    try:
        files = tuple((path, *_stamp(path)) for path in (certificate, key) if path)
        identity = _load(files, password)
        _check_dates(identity.certificate, now=now)
    except CannotUse:
        raise
    except Exception as error:
        problem = f"The certificate in {certificate} can't be read ({type(error).__name__}). Details are in the log."
        if problem not in _logged:
            _logged.add(problem)
            log.exception("The signing certificate in %s can't be read", certificate)
        raise CannotUse(problem) from error
    return identity


def _stamp(path: str) -> tuple[int, int]:
    try:
        found = Path(path).stat()
    except OSError as error:
        raise CannotUse(f"The file {path} can't be read: {error.strerror}.") from error
    if not S_ISREG(found.st_mode):  # reading from a pipe or device could block forever
        raise CannotUse(f"{path} is not a file.")
    return found.st_mtime_ns, found.st_size


@lru_cache(maxsize=2)
def _load(files: tuple[tuple[str, int, int], ...], password: str) -> Identity:
    read = [(path, _read(path)) for path, _, size in files if _is_small(path, size)]
    path, content = read[0]
    identity = (
        _from_pem(read, password) if b"-----BEGIN" in content else _from_pkcs12(path, content, password)
    )
    _check_name(identity.certificate)
    _check_usage(identity.certificate)
    return identity


def _is_small(path: str, size: int) -> bool:
    if size > _LARGEST_FILE:
        raise CannotUse(f"The file {path} is too large for a certificate.")
    return True


def _read(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise CannotUse(f"The file {path} can't be read: {error.strerror}.") from error


def _from_pkcs12(path: str, content: bytes, password: str) -> Identity:
    try:
        store = pkcs12.load_pkcs12(content, password.encode() or None)
    except ValueError as error:
        raise CannotUse(
            f"The file {path} is not a PKCS#12 or PEM file, or GOODWORD_SIGNING_PASSWORD is not its password."
        ) from error
    except UnsupportedAlgorithm as error:
        raise _unsupported(path) from error
    if store.key is None or store.cert is None:
        raise CannotUse(f"The file {path} needs a certificate and its private key. Export both.")
    key = _usable_key(store.key, path)
    others = [certificate.certificate for certificate in store.additional_certs]
    return _paired(key, [store.cert.certificate, *others], path)


def _from_pem(read: list[tuple[str, bytes]], password: str) -> Identity:
    path, content = read[0]
    try:
        certificates = x509.load_pem_x509_certificates(content)
    except ValueError as error:
        raise CannotUse(f"The file {path} contains no certificate.") from error
    key_path, key_content = read[-1]
    if b"PRIVATE KEY-----" not in key_content:
        raise CannotUse(
            f"The file {key_path} contains no private key. Add it, or name its file in GOODWORD_SIGNING_KEY."
        )
    try:
        key = serialization.load_pem_private_key(_key_block(key_content), password.encode() or None)
    except (
        TypeError
    ) as error:  # a password was given for an unencrypted key, or is missing for an encrypted one
        advice = "remove" if password else "set"
        raise CannotUse(
            f"The key in {key_path} is {'not ' if password else ''}encrypted: {advice} GOODWORD_SIGNING_PASSWORD."
        ) from error
    except ValueError as error:
        raise CannotUse(
            f"The key in {key_path} can't be read, or GOODWORD_SIGNING_PASSWORD is not its password."
        ) from error
    except UnsupportedAlgorithm as error:
        raise _unsupported(key_path) from error
    return _paired(_usable_key(key, key_path), certificates, path)


def _unsupported(path: str) -> CannotUse:
    return CannotUse(
        f"The key in {path}, or its encryption, is of a kind that can't be read. "
        "Use RSA with at least 2048 bits, or the curve P-256, P-384 or P-521, encrypted with AES."
    )


def _key_block(content: bytes) -> bytes:
    end = content.index(b"PRIVATE KEY-----")
    return content[content.rindex(b"-----BEGIN", 0, end) :]


def _usable_key(key: object, path: str) -> Key:
    match key:
        case ec.EllipticCurvePrivateKey(curve=ec.SECP256R1() | ec.SECP384R1() | ec.SECP521R1()):
            return key
        case rsa.RSAPrivateKey() if key.key_size >= _SHORTEST_RSA:
            return key
        case _:
            raise CannotUse(
                f"The key in {path} is of a type that PDF readers don't support. "
                "Use RSA with at least 2048 bits, or the curve P-256, P-384 or P-521."
            )


def _paired(key: Key, certificates: list[x509.Certificate], path: str) -> Identity:
    own = next((certificate for certificate in certificates if _is_of(key, certificate)), None)
    if own is None:
        raise CannotUse(f"The private key does not match the certificate in {path}.")
    return Identity(own, key, tuple(_issuers(own, certificates)))


def _is_of(key: Key, certificate: x509.Certificate) -> bool:
    try:
        return certificate.public_key() == key.public_key()
    except (UnsupportedAlgorithm, ValueError):  # an issuer may have any type of key
        return False


def _issuers(certificate: x509.Certificate, known: list[x509.Certificate]) -> Iterator[x509.Certificate]:
    current, left = certificate, [other for other in known if other != certificate]
    while issuer := next((other for other in left if other.subject == current.issuer), None):
        yield issuer
        left.remove(issuer)
        current = issuer


def _check_name(certificate: x509.Certificate) -> None:
    try:
        common_name(certificate)
    except ValueError as error:  # names are parsed on access
        raise CannotUse("The name in the certificate can't be read.") from error


def _check_usage(certificate: x509.Certificate) -> None:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return  # any usage (RFC 5280)
    except (ValueError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType) as error:
        raise CannotUse("The certificate has an extension that can't be read.") from error
    if not (usage.digital_signature or usage.content_commitment):
        raise CannotUse("The certificate may not be used for digital signatures (key usage).")


def _check_dates(certificate: x509.Certificate, *, now: datetime) -> None:
    if now > certificate.not_valid_after_utc:
        raise CannotUse(f"The certificate expired on {certificate.not_valid_after_utc:%d %B %Y}.")
    if now < certificate.not_valid_before_utc:
        raise CannotUse(f"The certificate is not valid before {certificate.not_valid_before_utc:%d %B %Y}.")


#: minimum and maximum hexadecimal digits of a signature; ours have about 4,000, and 30,000 with a long chain
_SHORTEST, _LONGEST = 1_000, 60_000
_MOST: Final = 8
_HEXADECIMAL: Final = re.compile(rb"(?<![0-9A-Fa-f])[0-9A-Fa-f]{%d,}+" % _SHORTEST)
_BYTE_RANGE: Final = re.compile(rb"/ByteRange ?\[0 (\d{1,9}) (\d{1,9}) (\d{1,9}) *\]")
#: an empty page, for trial signatures
_BLANK: Final = b"""\
%PDF-1.7
1 0 obj <</Type /Catalog /Pages 2 0 R>> endobj
2 0 obj <</Type /Pages /Kids [3 0 R] /Count 1>> endobj
3 0 obj <</Type /Page /Parent 2 0 R /MediaBox [0 0 1 1]>> endobj
xref
0 4
0000000000 65535 f\x20
0000000009 00000 n\x20
0000000056 00000 n\x20
0000000111 00000 n\x20
trailer <</Size 4 /Root 1 0 R>>
startxref
176
%%EOF
"""


@dataclass(frozen=True, slots=True)
class SignedPdf:
    content: bytes
    covered: str


def sign(pdf: bytes, identity: Identity, *, now: datetime) -> SignedPdf:
    """Sign a PDF, which takes about 15 ms. `pdf` must be our own and without a form. Raises SigningError and
    TypesetterFailed."""
    key = identity.key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    certificate, *chain = (
        cert.public_bytes(serialization.Encoding.DER) for cert in (identity.certificate, *identity.chain)
    )
    content, covered = typesetter.sign(pdf, certificate=certificate, chain=chain, key=key, now=now)
    return SignedPdf(content=content, covered=covered)


def can_sign(identity: Identity, *, now: datetime) -> bool:
    """Whether a signature on a blank page is found again and verifies. Raises whatever signing raises."""
    signed = sign(_BLANK, identity, now=now)
    return any(
        signature.covered == signed.covered and signature.is_by(identity.certificate)
        for signature in signatures_in(signed.content)
    )


@dataclass(frozen=True, slots=True)
class FoundSignature:
    """A signature that isn't verified yet. `covered`: SHA-256 of the signed bytes, according to the signature."""

    covered: str
    signed: bytes
    value: bytes

    def is_by(self, certificate: x509.Certificate) -> bool:
        public = certificate.public_key()
        try:
            match public:
                case ec.EllipticCurvePublicKey():
                    public.verify(self.value, self.signed, ec.ECDSA(hashes.SHA256()))
                case rsa.RSAPublicKey():
                    public.verify(self.value, self.signed, padding.PKCS1v15(), hashes.SHA256())
                case _:
                    return False
        except InvalidSignature:
            return False
        return True


def signatures_in(content: bytes | mmap) -> Iterator[FoundSignature]:
    """Signatures in any file, in linear time and without decompressing anything."""
    for match in islice(_HEXADECIMAL.finditer(content), _MOST):
        length = match.end() - match.start()
        if length <= _LONGEST and (found := _parsed(match[0][: length // 2 * 2])):
            yield found


def covered_in(content: bytes | mmap) -> Iterator[tuple[str, bool]]:
    """SHA-256 digests (hex) of the bytes that signatures may cover, each with whether it covers the whole file.

    For each signature, both the file's own byte ranges and the bytes around the signature count. A changed byte affects
    at most one of the two.
    """
    view = memoryview(content)
    gaps = [match.span() for match in islice(_HEXADECIMAL.finditer(content), _MOST)]
    ranges = [((max(start - 1, 0), end + 1), len(content)) for start, end in gaps]  # including its brackets
    for match in islice(_BYTE_RANGE.finditer(content), _MOST):
        start, end, length = (int(group) for group in match.groups())
        if start < end <= end + length <= len(content):
            ranges.append(((start, end), end + length))
    for (start, end), until in dict.fromkeys(ranges):
        digest = hashlib.sha256(view[:start])
        digest.update(view[end:until])
        yield digest.hexdigest(), until == len(content)


def _parsed(digits: bytes) -> FoundSignature | None:
    from asn1crypto import cms

    try:
        signed_data = cms.ContentInfo.load(bytes.fromhex(digits.decode("ascii")))["content"]
        (info,) = signed_data["signer_infos"]
        attributes = info["signed_attrs"]
        covered = next(
            attribute["values"][0].native
            for attribute in attributes
            if attribute["type"].native == "message_digest"
        )
        # signed as a SET but stored with an implicit tag (RFC 5652, 5.4)
        return FoundSignature(
            covered=covered.hex(), signed=attributes.untag().dump(), value=info["signature"].native
        )
    except (
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        AttributeError,
        StopIteration,
        RecursionError,
        OverflowError,
    ):
        # asn1crypto parses lazily and fails in many ways on other data
        return None
