"""Files are added to applications."""

import base64
import binascii
import mimetypes
from datetime import datetime

from greenhouse_sandbox.acts.refusal import RefusedError
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.applications import Application
from greenhouse_sandbox.store.attachments import TYPES, Attachment

VISIBILITIES = ("public", "private", "admin_only")
ONE_OF_ITS_KIND = ("resume", "cover_letter")
BLOCKED = (".exe", ".bat", ".cmd", ".com", ".msi", ".scr", ".js", ".vbs", ".jar", ".sh", ".ps1", ".dll")


def attach(
    store: Store,
    application: Application,
    *,
    filename: str,
    kind: str,
    now: datetime,
    content: str | None = None,
    url: str | None = None,
    content_type: str | None = None,
    visibility: str | None = None,
) -> Attachment:
    """A file, as base64 `content` or as a `url`. A new resume or cover letter makes the former one `other`."""
    if kind not in TYPES:
        raise RefusedError("type", f"must be one of: {', '.join(TYPES)}")
    if filename.lower().endswith(BLOCKED):
        raise RefusedError("filename", "has an extension that is not allowed")
    if (content is None) == (url is None):
        raise RefusedError("content", "give either content or url")
    if visibility is not None and visibility not in VISIBILITIES:
        raise RefusedError("visibility", f"must be one of: {', '.join(VISIBILITIES)}")
    if url is not None and not url.startswith(("https://", "http://")):
        raise RefusedError("url", "must be a web address")
    if content is not None:
        try:
            base64.b64decode(content, validate=False)
        except (binascii.Error, ValueError) as error:
            raise RefusedError("content", "is not base64") from error
    if kind in ONE_OF_ITS_KIND:
        for former in store.attachments.by("application_id", application.id):
            if former.type == kind:
                former.type = "other"
                store.attachments.changed(former, now)
    return store.attachments.insert(
        Attachment(
            id=store.attachments.new_id(),
            created_at=now,
            updated_at=now,
            application_id=application.id,
            candidate_id=application.candidate_id,
            filename=filename,
            type=kind,
            content=content,
            source_url=url,
            content_type=content_type or mimetypes.guess_type(filename)[0] or "application/octet-stream",
            visibility=visibility or ("admin_only" if kind == "other" else "public"),
        )
    )
