"""Signs a PDF (PAdES B-B) with pyHanko, which takes 18 MB, so only the program `pdf/typesetting.py` imports this.

Signing appends a revision with an invisible signature field. PDF/A forbids hidden annotations, and PDF/UA requires
others to be tagged unless they are outside the page (ISO 14289-1, 7.18.1). The field therefore has no size and is
outside the page. The signature certifies the file, so readers report any later change.
"""

import asyncio
import io
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from asn1crypto import keys, x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.signers import cms_embedder, pdf_byterange
from pyhanko_certvalidator.registry import SimpleCertificateStore

FIELD: Final = "Signature"
#: maximum bytes of a signature without its certificates
_OWN_SIZE: Final = 2048


def sign_pdf(
    pdf: bytes, *, certificate: bytes, chain: Sequence[bytes], key: bytes, now: datetime
) -> tuple[bytes, str]:
    """Return the signed file and the SHA-256 (hex) of what the signature covers. Certificates and key are in DER."""
    store = SimpleCertificateStore()
    store.register_multiple([x509.Certificate.load(issuer) for issuer in chain])
    signer = signers.SimpleSigner(
        signing_cert=x509.Certificate.load(certificate),
        signing_key=keys.PrivateKeyInfo.load(key),
        cert_registry=store,
    )
    # in PDF/A, objects start on a new line
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf if pdf.endswith(b"\n") else pdf + b"\n"))
    spec = fields.SigFieldSpec(
        FIELD,
        invis_sig_settings=fields.InvisSigSettings(box_out_of_bounds=True),
        readable_field_name=FIELD,
    )
    size = _OWN_SIZE + sum(map(len, (certificate, *chain)))
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
    signature = asyncio.run(signer.async_sign(prepared.document_digest, "sha256", use_pades=True))
    protocol.send(signature)
    return output.getvalue(), prepared.document_digest.hex()
