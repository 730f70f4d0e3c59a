import logging
from importlib import import_module
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import URLPattern, URLResolver, path
from django.views.decorators.csrf import csrf_exempt

from goodword.core import clock, installation
from goodword.core.mail import PROVIDERS
from goodword.notifications.domain.bounces import take_event

log = logging.getLogger(__name__)
#: errors of Anymail for JSON that is too deep, or has other types or larger numbers than the provider's
_MALFORMED = (
    *(ValueError, LookupError, TypeError, AttributeError, AssertionError),
    *(ArithmeticError, RecursionError),
)


@csrf_exempt
def events(request: HttpRequest, provider: str) -> HttpResponse:
    """Receive events. Responds with 404 unless this provider is configured, 401 without the secret, 400 if unreadable.
    After a 500 or 503, the provider retries."""
    if provider != settings.GOODWORD_MAIL_PROVIDER or not settings.GOODWORD_MAIL_WEBHOOK_SECRET:
        raise Http404
    if request.method == "HEAD":  # some providers check that the URL exists
        return HttpResponse()
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST", "HEAD"])
    # imports requests, which takes three megabytes
    from anymail.exceptions import AnymailError, AnymailWebhookValidationFailure
    from anymail.signals import AnymailTrackingEvent

    reader = _reader(provider)
    try:
        reader.run_validators(request)
        found = reader.parse_events(request)
    except AnymailWebhookValidationFailure:
        log.warning("Events from %s without the right secret were refused", provider)
        return HttpResponse(status=401, headers={"WWW-Authenticate": 'Basic realm="mail events"'})
    except (AnymailError, *_MALFORMED) as error:
        log.warning("A request from %s could not be parsed as events: %s", provider, error)
        return HttpResponse(status=400)
    if installation.shown_mode():  # a copy; the provider repeats them
        return HttpResponse(status=503)
    now = clock.now()
    for event in found:
        if isinstance(event, AnymailTrackingEvent):
            take_event(event, now=now)
    return HttpResponse()


def _reader(provider: str) -> Any:
    """Anymail's view for this provider, which we only use to validate and parse."""
    module = import_module(f"anymail.webhooks.{provider}")
    return getattr(module, PROVIDERS[provider])()


public_urls: list[URLPattern | URLResolver] = [
    path("mail/events/<str:provider>/", events, name="mail_events"),
]
