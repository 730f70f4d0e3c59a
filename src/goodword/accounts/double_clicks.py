"""Forms that create something, sent twice by a double click. `ui/js/forms.js` ignores a second click for some seconds;
this also works without JavaScript."""

from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from http import HTTPStatus
from typing import Any, Concatenate, Final

from django.core.cache import cache
from django.core.files.uploadedfile import UploadedFile
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect

#: seconds within which the same form is a second click
SECOND_CLICK: Final = 60


def once[R: HttpRequest, **P](
    view: Callable[Concatenate[R, P], HttpResponseBase],
) -> Callable[Concatenate[R, P], HttpResponseBase]:
    """Decorator, inside `access.member`: a second click waits for the first one, then follows its redirect. A POST runs
    in a transaction."""

    @wraps(view)
    def wrapped(request: R, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        # Django masks the token anew for each page load
        if request.method != "POST" or not request.POST.get("csrfmiddlewaretoken"):
            return view(request, *args, **kwargs)
        digest = _digest(request)
        key = f"once:{digest.hex()}"
        with transaction.atomic():
            with connection.cursor() as cursor:
                number = int.from_bytes(digest[:8], signed=True)
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])
            if there := cache.get(key):
                return redirect(there)
            response = view(request, *args, **kwargs)
            if response.status_code == HTTPStatus.FOUND:
                cache.set(key, response["Location"], SECOND_CLICK)
            return response

    return wrapped


def _digest(request: HttpRequest) -> bytes:
    files = [(name, file.name, _content(file)) for name, several in request.FILES.lists() for file in several]
    sent = [request.user.pk, request.get_full_path(), request.POST.urlencode(), files]
    return sha256(repr(sent).encode()).digest()


def _content(file: "UploadedFile[Any]") -> bytes:
    """A digest of the content, since a file can be corrected without changing its name or size."""
    digest = sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return digest.digest()
