"""Static files, served by this program itself, without costing every other request a detour."""

import threading
from collections.abc import Callable
from functools import cached_property

from asgiref.sync import async_to_sync, sync_to_async
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.http import HttpRequest, HttpResponseBase
from servestatic.middleware import ServeStaticMiddleware


def prepare() -> None:
    """Build the generated files now, so that no request waits for them."""
    if settings.SERVESTATIC_USE_FINDERS:
        for finder in get_finders():
            for _ in finder.list(None):
                pass


class StaticFiles:
    """Hands requests for static files to servestatic and all others straight on.

    Its middleware is asynchronous alone. In a chain that is not, Django makes an event loop and changes threads four
    times for each request that passes it: two milliseconds, and a wait for the interpreter each time.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self._lock = threading.Lock()

    @cached_property
    def serve(self) -> Callable[[HttpRequest], HttpResponseBase]:
        """WhiteNoise's middleware. It lists all static files when created, so it is created with the first request."""
        return async_to_sync(ServeStaticMiddleware(sync_to_async(self.get_response)))

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info.startswith(settings.STATIC_URL):
            if "serve" not in self.__dict__:
                with self._lock:  # the first request creates it, others wait
                    _ = self.serve
            return self.serve(request)
        return self.get_response(request)
