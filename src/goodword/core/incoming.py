"""Removes characters from requests that PostgreSQL cannot store, for all views."""

from collections.abc import Callable
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse, QueryDict, UnreadablePostError

from goodword.core.text import clean_text

#: maximum length of a query parameter; ours are a few dozen characters, searches and `next` somewhat longer
LONGEST_PARAMETER: Final = 2000


class CleanInput:
    """Removes control characters from query parameters, cookies, form fields and URL arguments before any view.

    PostgreSQL accepts no NUL in text, so every view that looked one up would fail. Query parameters are also truncated;
    form fields lose only NULs, since forms clean the rest and report errors.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.GET = _cleaned(
            request.GET, lambda value: clean_text(value[:LONGEST_PARAMETER], one_line=True)
        )
        # our cookies have no control characters; the parser makes some from "\000" in quotes
        request.COOKIES = {name: value for name, value in request.COOKIES.items() if value.isprintable()}
        return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., Any],
        args: tuple[Any, ...],  # noqa: ARG002 - Django's signature
        kwargs: dict[str, Any],
    ) -> None:
        """After the CSRF check, which reads forms too; CSRF-exempt views read their own body."""
        # a token is hashed before it is looked up, and its pages handle an unknown one
        words = (value for name, value in kwargs.items() if name != "token" and isinstance(value, str))
        if any(not value.isprintable() for value in words):
            raise Http404
        if request.method != "POST" or getattr(view, "csrf_exempt", False):
            return
        try:
            posted = request.POST
        except UnreadablePostError:  # the client has gone; the view will fail the same way
            return
        if any("\x00" in value for _, values in posted.lists() for value in values):
            request.POST = _cleaned(posted, lambda value: value.replace("\x00", ""))


def _cleaned(given: QueryDict, clean: Callable[[str], str]) -> Any:
    kept = QueryDict(mutable=True, encoding=given.encoding)
    for name, values in given.lists():
        kept.setlist(clean(name), [clean(value) for value in values])
    kept._mutable = False  # noqa: SLF001 - as Django leaves its own
    return kept
