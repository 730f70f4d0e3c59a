"""Files that hang on applications."""

from dataclasses import dataclass

from greenhouse_sandbox.store.row import Row

TYPES = (
    "resume",
    "cover_letter",
    "take_home_test",
    "offer_packet",
    "offer_letter",
    "signed_offer_letter",
    "other",
    "form_attachment",
    "midfunnel_agreement",
    "automated_agreement",
)


@dataclass(kw_only=True)
class Attachment(Row):
    """A file: its content in base64, or the address from which it is to be had."""

    application_id: int
    candidate_id: int
    filename: str
    type: str
    content: str | None = None
    source_url: str | None = None
    content_type: str | None = None
    visibility: str = "public"
