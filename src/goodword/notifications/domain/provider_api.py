"""Sends a mail through a provider's API, with Anymail. Imported only if one is configured."""

from http import HTTPStatus

import requests
from anymail.exceptions import AnymailAPIError, AnymailError, AnymailRecipientsRefused
from django.core.mail import EmailMultiAlternatives

from goodword.core.mail import Fault, FaultScope, Unwritable
from goodword.core.text import clean_text


def send(message: EmailMultiAlternatives) -> None:
    """Send the message. Raises Fault, or ValueError for an invalid header."""
    try:
        message.send()
    except AnymailRecipientsRefused as error:
        words = "The mail provider refuses this address."
        raise Fault(words, scope=FaultScope.MAIL, permanent=True, address=True) from error
    except AnymailAPIError as error:
        raise _fault(error) from error
    except ValueError:  # including those of AnymailError
        raise
    except AnymailError as error:
        raise Unwritable(f"The mail provider cannot send this mail: {error}") from error


def _fault(error: AnymailAPIError) -> Fault:
    code = error.status_code
    if code is None:
        words = f"The mail provider could not be used: {error.args[0]}"
        return Fault(words, scope=FaultScope.UNKNOWN if _may_have_arrived(error) else FaultScope.SERVER)
    words = f"The mail provider answered {code}: {_reply(error)}"
    if code < HTTPStatus.MULTIPLE_CHOICES or code == HTTPStatus.GATEWAY_TIMEOUT:
        return Fault(words, scope=FaultScope.UNKNOWN)
    # refused credentials, rate limits and failures of the provider aren't about this mail
    ours = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.REQUEST_TIMEOUT}
    not_the_mail = code in ours or code == HTTPStatus.TOO_MANY_REQUESTS or code >= 500
    return Fault(words, scope=FaultScope.SERVER if not_the_mail else FaultScope.MAIL, permanent=True)


def _may_have_arrived(error: AnymailAPIError) -> bool:
    """Whether the request may have reached the provider: it was sent, but there was no response, or only half of it."""
    if isinstance(error, requests.ConnectTimeout):
        return False
    cause = str(error.__cause__)
    ended = "Connection aborted" in cause or "Read timed out" in cause
    if isinstance(error, requests.ConnectionError) and ended:
        return True
    return isinstance(error, requests.ReadTimeout | requests.exceptions.ChunkedEncodingError)


def _reply(error: AnymailAPIError) -> str:
    return clean_text(error.response.text if error.response is not None else "", one_line=True)[:300]
