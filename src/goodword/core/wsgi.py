"""The WSGI application, whose requests don't fail because of an odd Content-Type."""

from typing import Any

import django
from django.core.exceptions import BadRequest
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest, get_bytes_from_wsgi
from django.http import QueryDict
from django.utils.functional import cached_property


class WsgiRequest(WSGIRequest):
    """Django reads query parameters in the charset of the Content-Type, even if that is a codec like rot13, and fails
    outside its error handling if the header is too long."""

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        try:
            super()._set_content_type_params(meta)  # type: ignore[misc]  # missing in the stubs
        except (BadRequest, ValueError):  # too long, or a NUL in the charset
            self.content_type, self.content_params = "", {}
        if self.content_type == "multipart/form-data":  # each part has its own
            self.encoding = None  # type: ignore[assignment]  # its default

    @cached_property
    def GET(self) -> QueryDict:  # type: ignore[override]  # noqa: N802 - Django's name
        return QueryDict(get_bytes_from_wsgi(self.environ, "QUERY_STRING", ""), encoding="utf-8")


class Handler(WSGIHandler):
    request_class = WsgiRequest


def application() -> Handler:
    django.setup(set_prefix=False)
    return Handler()
