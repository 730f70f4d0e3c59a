"""Hints of the role appear in the invitation and on the pages."""

import pytest

from tests.references.story import MANAGER, candidate_path, get, html_of, mails_to, opened, post
from tests.support import factories

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(factories.NOW, tick=False)]

SLOTS = [
    {"relationship": "manager", "count": 1, "needed": True, "hint": "Your <last> manager, if you can."},
    {"relationship": "client", "count": 1, "needed": False, "hint": ""},
]
SHOWN = "Your &lt;last&gt; manager, if you can."


def test_the_invitation_names_referees_questions_and_readers() -> None:
    story = opened(step={"slots": SLOTS})
    (message,) = mails_to(story.application.candidate.email)
    text, html = " ".join(str(message.body).split()), html_of(message)
    assert "- 1 manager of yours (needed): Your <last> manager, if you can. - 1 client" in text
    assert SHOWN in html
    for part in (text, html):
        for words in (
            "and answer questions about: Reliability, Quality of work, Working with others",
            "Their answers are read by the people at Acme who decide on your application.",
            "We won't contact anyone until you've read the e-mail",
            "want them contacted only after an offer",
        ):
            assert words in part


@pytest.mark.world
def test_the_hint_is_shown_before_and_after_naming() -> None:
    story = opened(step={"slots": SLOTS})
    path = candidate_path(story)
    assert get(path).content.decode().count(SHOWN) == 1
    assert SHOWN in get(f"{path}1/").content.decode()
    assert SHOWN not in get(f"{path}2/").content.decode()
    post(f"{path}1/", MANAGER)
    assert get(path).content.decode().count(SHOWN) == 1
