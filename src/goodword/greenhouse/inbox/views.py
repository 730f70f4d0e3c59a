"""The endpoint of Greenhouse's webhooks. Success is 200 exactly: anything else counts as failed there."""

import logging
from http import HTTPStatus

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from procrastinate.exceptions import ConnectorException

from goodword.core import clock
from goodword.greenhouse import jobs
from goodword.greenhouse.inbox import own_test
from goodword.greenhouse.inbox.receive import endpoint, keep, refuse
from goodword.greenhouse.inbox.signature import is_signed

log = logging.getLogger(__name__)


@csrf_exempt
@require_POST
def receive(request: HttpRequest, endpoint_key: str) -> HttpResponse:
    """Take a delivery in and answer at once. The wake-up goes out after the row is committed, in a short
    transaction of its own; should it be lost, the sweep finds the row."""
    now = clock.now()
    found = endpoint(endpoint_key, now=now)
    if found is None:
        return _answer("There is nothing here.", HTTPStatus.NOT_FOUND)
    connection = found.connection
    body = request.body
    if not is_signed(body, header=request.headers.get("Signature", ""), keys=found.keys):
        if not found.all_open:  # Greenhouse sends it again, for about 15 hours
            return _answer("The signature cannot be checked now.", HTTPStatus.SERVICE_UNAVAILABLE)
        refuse(connection, now=now)
        return _answer("The signature does not fit the body.", HTTPStatus.UNAUTHORIZED)
    if (answer := own_test.answer_to(body)) is not None:
        return _answer(answer, HTTPStatus.OK)
    if keep(connection, body=body, event_id=request.headers.get("Greenhouse-Event-ID", ""), now=now):
        _wake()
    return _answer("Received.", HTTPStatus.OK)


def _wake() -> None:
    """What is kept is answered 200, whatever becomes of the wake-up."""
    try:
        jobs.wake_inbox()
    except (DatabaseError, ConnectorException):
        log.warning("The inbox could not be woken; the sweep will.", exc_info=True)


def _answer(words: str, status: HTTPStatus) -> HttpResponse:
    return HttpResponse(words, status=status, content_type="text/plain; charset=utf-8")
