"""Candidate and referees with an address, a device and answer times."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import time_machine
from django.test import Client

from goodword.references.models import CheckFlag
from tests.references.story import (
    ANSWERS,
    NOW,
    Story,
    candidate_path,
    keep_pages,
    named,
    opened,
    referee_path,
)
from tests.support.jobs import run_jobs
from tests.support.kept import kept

PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) Version/19.1 Mobile/15E148 Safari/604.1"
LAPTOP = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
DESKTOP = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/141.0.0.0 Safari/537.36"

#: texts of two honest referees about one person
OF_MANAGER = {
    "q-strengths": "Ada plans ahead. When our crane failed she had a second plan ready, and the site lost a day.",
    "q-develop": "She takes on too much at times. Saying no earlier would help her, and we spoke about that openly.",
}
OF_PEER = {
    "q-strengths": "You could hand anything over to her on a Friday and find it done properly on Monday morning.",
    "q-develop": "Long meetings made her impatient. A bit more small talk with the suppliers would have done no harm.",
}


@dataclass(frozen=True)
class Visitor:
    address: str = "203.0.113.7"
    device: str = PHONE

    def post(self, path: str, data: dict[str, Any] | None = None) -> Any:
        response = Client(REMOTE_ADDR=self.address, HTTP_USER_AGENT=self.device).post(path, data or {})
        assert response.status_code == 302, response.context["form"].errors
        return response

    def send(self, story: Story) -> None:
        path = candidate_path(story)
        seen = Client().get(f"{path}review/").context["seen"]
        self.post(f"{path}review/", {"seen": seen})
        run_jobs()

    def answer(self, whose: str, said: dict[str, str], *, seconds: int, at: timedelta = timedelta()) -> None:
        """Answer as a referee in this many seconds. `said`: answers that differ from the default ones."""
        path = referee_path(whose)
        start = NOW + timedelta(hours=1) + at
        with time_machine.travel(start, tick=False):
            self.post(f"{path}begin/")
        with time_machine.travel(start + timedelta(seconds=seconds), tick=False):
            pages = [page | {name: text for name, text in said.items() if name in page} for page in ANSWERS]
            keep_pages(path, pages)
            self.post(f"{path}review/")
            run_jobs()


@kept
def watched(*, watches: bool = True, **application: Any) -> Story:
    """Both referees are named; the organisation watches devices."""
    story = opened(**application)
    organisation = story.application.organisation
    organisation.watches_devices = watches
    organisation.save()
    return named(story)


def found(story: Story) -> dict[str, str]:
    """The highest grade of each kind of flag on the check."""
    rows = CheckFlag.objects.of(story.application.organisation).filter(check_run=story.check)
    rising = ("low", "medium", "high")
    flags = sorted(rows.values_list("code", "grade"), key=lambda flag: (flag[0], rising.index(flag[1])))
    return dict(flags)
