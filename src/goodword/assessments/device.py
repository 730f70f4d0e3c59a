"""On what class of device somebody answers, which a norm group must be the same in."""

from django.http import HttpRequest

from goodword.assessments.models import AttemptPart


def device_of(request: HttpRequest) -> AttemptPart.Device:
    """Phone or computer, by what the browser says of itself; a tablet counts as what it says it is.

    "Mobi" anywhere in the user agent means a phone, as the browsers' makers recommend to tell it (MDN, "Browser
    detection using the user agent"). Nothing else of it is kept.
    """
    agent = request.headers.get("User-Agent", "")
    return AttemptPart.Device.PHONE if "Mobi" in agent else AttemptPart.Device.COMPUTER
