"""A word is planted wherever a person leaves one; once they are erased, no table of the database knows it."""

import io
from datetime import timedelta

import pytest
from django.db import connection
from pypdf import PdfReader

from goodword.assessments.domain.finish import finish
from goodword.assessments.models import Attempt
from goodword.candidates.domain.erasure import WAIT
from goodword.core import clock
from goodword.greenhouse.models import FeedPost
from goodword.greenhouse.sync.erasures import carry_out_due
from goodword.references.domain.do_not_contact import is_barred
from goodword.reports.models import Report, ReportFile
from greenhouse_sandbox.acts.persons import delete_candidate
from tests.assessments.support import answer_all
from tests.greenhouse.world import ASSESSMENT, REFERENCES, World
from tests.references.story import (
    ANSWERS,
    MANAGER,
    PEER,
    Story,
    answer,
    candidate_door,
    post,
    press_send,
    referee_door,
)
from tests.support import factories
from tests.support.jobs import run_jobs
from tests.support.pages import signed_in
from tests.workspace.people import path, review

pytestmark = pytest.mark.django_db

#: in every name, address and text that follows
WORD = "Xylograph"
PERSON = {
    "first_name": f"{WORD}a",
    "last_name": f"{WORD}ova",
    "email": f"{WORD.lower()}@people.example",
    "company": f"{WORD} Ltd",
    "title": f"Head {WORD}er",
}
REFEREE = {
    "r-name": f"Maria {WORD}",
    "r-email": f"maria@{WORD.lower()}.example",
    "r-company": f"{WORD} & Sons",
    "r-candidate_title": f"{WORD} maker",
    "r-message": f"Dear Maria, do you remember the {WORD}?",
}


#: questions that take a text
TEXTS = ("q-strengths", "q-develop", "q-work_again-comment")
#: where it stands before: every column that holds something of a person
PLANTED = {
    "candidates_application.rejection_reason",
    "candidates_candidate.company",
    "candidates_candidate.email",
    "candidates_candidate.first_name",
    "candidates_candidate.last_name",
    "candidates_candidate.preferred_name",
    "candidates_candidate.title",
    "core_event.data",
    "greenhouse_inboxevent.body",
    "greenhouse_inboxevent.outcome",
    "notifications_email.context",
    "notifications_email.html",
    "notifications_email.subject",
    "notifications_email.text",
    "notifications_email.to_address",
    "notifications_email.to_name",
    "references_check.decline_reason",
    "references_referee.candidate_title",
    "references_referee.company",
    "references_referee.email",
    "references_referee.message",
    "references_referee.name",
    "references_reference.answers",
    "references_referencerequest.decline_reason",
    "references_referencerequest.draft",
    "reports_report.snapshot",
    "reports_reportfile.content",
}


def columns() -> list[tuple[str, str, str]]:
    """Every table and column that can hold a text, with its type."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name, data_type FROM information_schema.columns "
            "WHERE table_schema = 'public' AND data_type IN "
            "('text', 'character varying', 'character', 'json', 'jsonb', 'bytea', 'ARRAY', 'xml') "
            "ORDER BY table_name, column_name"
        )
        return list(cursor.fetchall())


def where_it_stands(word: str) -> set[str]:
    """The columns that hold the word anywhere; the text of PDFs is read."""
    found = set()
    for table, column, kind in columns():
        value = f"encode(\"{column}\", 'escape')" if kind == "bytea" else f'"{column}"::text'
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT 1 FROM "{table}" WHERE {value} ILIKE %s LIMIT 1', [f"%{word}%"])
            if cursor.fetchone():
                found.add(f"{table}.{column}")
    for file in ReportFile.objects.across_organisations():
        text = " ".join(one.extract_text() for one in PdfReader(io.BytesIO(bytes(file.content))).pages)
        if word.lower() in text.lower().replace("-\n", "").replace("\n", ""):
            found.add("reports_reportfile.content")
    return found


def lived(world: World) -> None:
    """Somebody goes all the way: a declined check, a rejection, an assessment, a check with two referees."""
    store = world.greenhouse.store
    person = world.greenhouse.candidate(**PERSON)
    person.preferred_name = f"{WORD}ie"
    next(store.rejection_reasons.rising()).name = f"Too much {WORD}"
    first, second = (world.greenhouse.application(person) for _ in range(2))
    world.move(first, REFERENCES)
    world.deliver()
    run_jobs()
    other = Story(world.ours(first))
    post(f"{candidate_door(other)}decline/", {"d-reason": f"I will not speak of the {WORD}."})
    world.reject(first)
    world.deliver()
    run_jobs()

    world.move(second, ASSESSMENT)
    world.deliver()
    run_jobs()
    ours, now = world.ours(second), clock.now()
    attempt = Attempt.objects.of(world.organisation).get(start__application=ours)
    answer_all(attempt, now=now)
    finish(attempt_id=attempt.pk, now=now)
    world.move(second, REFERENCES)
    world.deliver()
    run_jobs()
    story = Story(ours)
    door = candidate_door(story)
    assert post(f"{door}1/", MANAGER | REFEREE).status_code == 302
    assert post(f"{door}2/", PEER).status_code == 302
    press_send(story)
    post(
        f"{referee_door(PEER['r-email'])}no/",
        {"d-why": "would_rather_not", "d-reason": f"The {WORD} and I fell out.", "d-never_again": "on"},
    )
    run_jobs()
    petra = MANAGER | {"r-name": f"Petra {WORD}", "r-email": f"petra@{WORD.lower()}.example"}
    assert post(f"{door}2/another/", petra).status_code == 302
    press_send(story)
    said = [page | {key: f"{WORD}!" for key in page if key in TEXTS} for page in ANSWERS]
    answer(referee_door(REFEREE["r-email"]), said)
    draft = referee_door(petra["r-email"])
    for number, page in enumerate(said[:8], start=1):
        assert post(f"{draft}questions/{number}/", page).status_code == 302
    looked_at(world, ours.pk)


def looked_at(world: World, application_id: int) -> None:
    """Members and links leave their traces in the logs."""
    member = signed_in(factories.member(world.organisation, kind="admin"))
    assert WORD in member.get(path("candidate", world.organisation, application_id)).content.decode()
    member.get(path("candidates", world.organisation), {"q": WORD})
    report = Report.objects.of(world.organisation).filter(state="ready").latest("pk")
    assert member.get(path("report_pdf", world.organisation, report.pk)).status_code == 200
    member.get(review(report.start.application, now=clock.now()))


def test_once_a_person_is_erased_no_table_knows_them(world: World) -> None:
    lived(world)
    assert where_it_stands(WORD) == PLANTED
    organisation = world.organisation
    posted = FeedPost.objects.of(organisation).filter(state="sent").count()
    [person] = [one for one in world.greenhouse.store.candidates.rising() if one.last_name == f"{WORD}ova"]
    delete_candidate(world.greenhouse.store, person)
    world.deliver()
    run_jobs()
    assert carry_out_due(now=clock.now() + WAIT + timedelta(minutes=1)) == 1
    run_jobs()  # the redacted reports are drawn
    assert where_it_stands(WORD) == set()
    assert is_barred(organisation=organisation, address=PEER["r-email"])
    assert FeedPost.objects.of(organisation).filter(state="sent").count() == posted
    reports = Report.objects.of(organisation).order_by("start", "version")
    assert [(one.version, one.state, one.snapshot["redacted"]) for one in reports] == [
        (1, "redacted", True),
        (2, "ready", True),
    ]
    assert ReportFile.objects.of(organisation).count() == 1
