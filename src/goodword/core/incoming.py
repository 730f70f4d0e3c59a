"""What comes in with a request, without what no database holds: one place for all views."""

from collections.abc import Callable
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse, QueryDict, UnreadablePostError

from goodword.core.text import clean_text

#: characters of one query parameter; ours have a few dozen, searches and `next` some more
LONGEST_PARAMETER: Final = 2000


class CleanInput:
    """Cleans query parameters, cookies, form fields and the words in an address of controls before any view.

    PostgreSQL takes no NUL in a text: each view that looked one up would fail. Query parameters are cleaned and cut;
    of form fields only NULs go, since forms clean the rest and say what is wrong.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.GET = _cleaned(
            request.GET, lambda value: clean_text(value[:LONGEST_PARAMETER], one_line=True)
        )
        # a cookie of ours has no control character; the parser makes some of "\000" in quotes
        request.COOKIES = {name: value for name, value in request.COOKIES.items() if value.isprintable()}
        return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., Any],
        args: tuple[Any, ...],  # noqa: ARG002 - Django's signature
        kwargs: dict[str, Any],
    ) -> None:
        """After the check against forged forms, which reads forms too; the views of programs read their own body."""
        # a token is hashed before it is looked up, and its pages say that they do not know it
        words = (value for name, value in kwargs.items() if name != "token" and isinstance(value, str))
        if any(not value.isprintable() for value in words):
            raise Http404
        if request.method != "POST" or getattr(view, "csrf_exempt", False):
            return
        try:
            posted = request.POST
        except UnreadablePostError:  # the other side has gone; the view finds the same
            return
        if any("\x00" in value for _, values in posted.lists() for value in values):
            request.POST = _cleaned(posted, lambda value: value.replace("\x00", ""))


def _cleaned(given: QueryDict, clean: Callable[[str], str]) -> Any:
    kept = QueryDict(mutable=True, encoding=given.encoding)
    for name, values in given.lists():
        kept.setlist(clean(name), [clean(value) for value in values])
    kept._mutable = False  # noqa: SLF001 - as Django leaves its own
    return kept
