"""Odd Content-Types, which any client can send."""

from typing import Any

import pytest
from django.test import RequestFactory

from goodword.core.wsgi import WsgiRequest, application

#: the handler closes connections left by tests before
pytestmark = pytest.mark.django_db

BODY = b'--x\r\nContent-Disposition: form-data; name="login"\r\n\r\n\xc3\xa9\r\n--x--\r\n'


def environ(method: str, content_type: str) -> dict[str, Any]:
    request = RequestFactory().generic(method, "/healthz?next=%C3%A9", BODY if method == "POST" else b"")
    return {**request.environ, "CONTENT_TYPE": content_type}


def status(method: str, content_type: str) -> str:
    said: list[str] = []

    def start(status: str, *_: Any) -> Any:
        said.append(status)

    b"".join(application()(environ(method, content_type), start))
    return said[0]


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain; charset=rot13",
        "text/plain; charset=idna",
        "text/plain; charset=iso-8859-1",
        "text/plain; charset*=utf-8''%00",
        "multipart/form-data; boundary=x; charset=hex",
        "x" * 20_000,
    ],
    ids=lambda one: one[:45],
)
def test_an_odd_content_type_causes_no_error(content_type: str) -> None:
    assert status("GET", content_type) == "200 OK"
    assert status("POST", content_type).startswith("4")
    assert WsgiRequest(environ("GET", content_type)).GET["next"] == "é"


def test_forms_are_read_as_utf_8() -> None:
    form = WsgiRequest(environ("POST", "multipart/form-data; boundary=x; charset=utf-16"))
    assert form.POST["login"] == "é"
