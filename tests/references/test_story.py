"""A whole check, page by page and mail by mail."""

import pytest
from django.core import mail

from goodword.core.models import Event
from tests.references.story import (
    answer,
    referee_path,
    sent,
)
from tests.support.jobs import event_names

pytestmark = pytest.mark.django_db


@pytest.mark.world
def test_a_check_runs_from_nomination_to_completion() -> None:
    story = sent()
    answer(referee_path("maria@globex.example"))
    assert (story.check.progress, len(story.references)) == ("in_progress", 1)
    answer(referee_path("paul@globex.example"))
    assert (story.check.progress, len(story.references)) == ("completed", 2)
    name = story.application.candidate.name
    assert [message.subject for message in mail.outbox][:4] == [
        "Your references for Window Washer at Acme",
        f"A reference for {name}?",
        f"A reference for {name}?",
        f"First reference for {name} (Window Washer)",
    ]
    happened = [
        n for n in event_names(story.application.pk) if n.split(".")[0] in {"check", "request", "reference"}
    ]
    assert happened == [
        "check.opened",
        "check.begun",
        "check.requests_sent",
        "request.begun",
        "reference.received",
        "request.begun",
        "reference.received",
        "check.completed",
    ]


@pytest.mark.main_case
def test_events_contain_no_names_addresses_or_answers() -> None:
    story = sent()
    answer(referee_path("maria@globex.example"))
    said = str(list(Event.objects.values_list("name", "actor", "data")))
    for word in ("maria", "Maria", "paul", "globex", "thinks", story.application.candidate.first_name):
        assert word not in said
