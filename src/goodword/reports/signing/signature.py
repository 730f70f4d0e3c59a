"""Signs a PDF (PAdES B-B) and reads signatures from untrusted files.

Signing appends a revision with an invisible signature field. PDF/A forbids hidden annotations, and PDF/UA requires
others to be tagged unless they are outside the page (ISO 14289-1, 7.18.1), so the field has no size and is outside. The
signature certifies the file: readers report any later change.

Untrusted files are never parsed as PDF: `signatures_in` only looks for the hexadecimal text of a signature.
"""

import asyncio
import hashlib
import io
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from mmap import mmap
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from goodword.reports.signing.certificates import Identity

if TYPE_CHECKING:
    from asn1crypto import keys
    from asn1crypto import x509 as asn1_x509

FIELD: Final = "Signature"
#: maximum bytes of a signature without its certificates
_OWN_SIZE: Final = 2048
#: maximum hexadecimal digits of a signature; ours have about 4,000, and 30,000 with a long chain
_SHORTEST, _LONGEST = 1_000, 60_000
#: maximum signatures checked per file
_MOST: Final = 8
_HEXADECIMAL: Final = re.compile(rb"(?<![0-9A-Fa-f])[0-9A-Fa-f]{%d,}+" % _SHORTEST)
_BYTE_RANGE: Final = re.compile(rb"/ByteRange ?\[0 (\d{1,9}) (\d{1,9}) (\d{1,9}) *\]")
#: a file with an empty page, for trial signatures
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
    """`covered`: the SHA-256 (hex) of everything but the signature."""

    content: bytes
    covered: str


def sign(pdf: bytes, identity: Identity, *, now: datetime) -> SignedPdf:
    """Sign a PDF, which takes about 10 ms. `pdf` must be our own and without a form."""
    # importing pyHanko takes half a second, so only processes that sign do it
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import fields, signers
    from pyhanko.sign.signers import cms_embedder, pdf_byterange
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    store = SimpleCertificateStore()
    store.register_multiple([_asn1(one) for one in identity.chain])
    signer = signers.SimpleSigner(
        signing_cert=_asn1(identity.certificate), signing_key=_private(identity), cert_registry=store
    )
    # PDF/A: objects start on a new line
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf if pdf.endswith(b"\n") else pdf + b"\n"))
    spec = fields.SigFieldSpec(
        FIELD,
        invis_sig_settings=fields.InvisSigSettings(box_out_of_bounds=True),
        readable_field_name=FIELD,
    )
    size = _OWN_SIZE + sum(len(_der(one)) for one in (identity.certificate, *identity.chain))
    protocol = cms_embedder.PdfCMSEmbedder(new_field_spec=spec).write_cms(FIELD, writer)
    next(protocol)
    placeholder = pdf_byterange.SignatureObject(
        timestamp=now,
        subfilter=fields.SigSeedSubFilter.PADES,
        bytes_reserved=2 * size,
    )
    certification = cms_embedder.SigMDPSetup(
        md_algorithm="sha256", certify=True, docmdp_perms=fields.MDPPerm.NO_CHANGES
    )
    protocol.send(cms_embedder.SigObjSetup(sig_placeholder=placeholder, mdp_setup=certification))
    prepared, output = protocol.send(cms_embedder.SigIOSetup(md_algorithm="sha256"))
    signing = signer.async_sign(prepared.document_digest, "sha256", use_pades=True)
    with ThreadPoolExecutor(1) as thread:  # since the caller's thread may have an event loop
        signature = thread.submit(asyncio.run, signing).result()
    protocol.send(signature)
    return SignedPdf(content=output.getvalue(), covered=prepared.document_digest.hex())


def can_sign(identity: Identity, *, now: datetime) -> bool:
    """Returns whether a signature on a blank page is found again and verifies. Raises whatever signing raises."""
    signed = sign(_BLANK, identity, now=now)
    return any(
        one.covered == signed.covered and one.is_by(identity.certificate)
        for one in signatures_in(signed.content)
    )


@dataclass(frozen=True, slots=True)
class FoundSignature:
    """An unchecked signature. `covered`: the SHA-256 of the signed bytes, according to the signature."""

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
        if length <= _LONGEST and (found := _read(match[0][: length // 2 * 2])):
            yield found


def covered_in(content: bytes | mmap) -> Iterator[tuple[str, bool]]:
    """SHA-256 digests (hex) of the bytes that signatures may cover: by the file's byte ranges, and around each
    signature.

    A changed byte affects at most one of the two. Each digest comes with whether it covers the whole file.
    """
    view = memoryview(content)
    gaps = [match.span() for match in islice(_HEXADECIMAL.finditer(content), _MOST)]
    ranges = [((max(start - 1, 0), end + 1), len(content)) for start, end in gaps]  # including its brackets
    for match in islice(_BYTE_RANGE.finditer(content), _MOST):
        start, end, length = (int(one) for one in match.groups())
        if start < end <= end + length <= len(content):
            ranges.append(((start, end), end + length))
    for (start, end), until in dict.fromkeys(ranges):
        digest = hashlib.sha256(view[:start])
        digest.update(view[end:until])
        yield digest.hexdigest(), until == len(content)


def _read(digits: bytes) -> FoundSignature | None:
    from asn1crypto import cms

    try:
        signed_data = cms.ContentInfo.load(bytes.fromhex(digits.decode("ascii")))["content"]
        (info,) = signed_data["signer_infos"]
        attributes = info["signed_attrs"]
        covered = next(
            one["values"][0].native for one in attributes if one["type"].native == "message_digest"
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


def _asn1(certificate: x509.Certificate) -> "asn1_x509.Certificate":
    from asn1crypto import x509 as asn1_x509

    return asn1_x509.Certificate.load(_der(certificate))


def _private(identity: Identity) -> "keys.PrivateKeyInfo":
    from asn1crypto import keys

    der = identity.key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return keys.PrivateKeyInfo.load(der)


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.DER)
