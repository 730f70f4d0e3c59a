"""An export as a file to keep: JSON that people can read too."""

import json
from collections.abc import Mapping
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpResponse


def readable_json(told: Mapping[str, Any]) -> bytes:
    """Indented, in the letters of every script; moments as ISO 8601."""
    return json.dumps(told, indent=2, ensure_ascii=False, cls=DjangoJSONEncoder).encode()


def as_download(content: bytes, *, name: str, content_type: str) -> HttpResponse:
    """A file that a browser saves and neither shows, keeps nor lists."""
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    return response
