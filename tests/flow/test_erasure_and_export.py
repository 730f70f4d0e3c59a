"""A marker word is stored in the columns of a full history; after erasure, no table contains it.

The same for a single referee, whose erasure keeps all other people's data.
"""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.db import connection
from pypdf import PdfReader

from goodword.assessments.flags.raising import PASTED
from goodword.assessments.models import Adjustment, Attempt, AttemptFlag, Verification
from goodword.candidates.domain.erasure_requests import WAIT
from goodword.candidates.models import (
    Application,
    Candidate,
    Erasure,
    Hold,
    PerformanceRating,
    RatingImport,
)
from goodword.core import clock
from goodword.greenhouse.models import ActivityFeedNote
from goodword.greenhouse.sync.due_erasures import erase_due
from goodword.notifications.models import Email
from goodword.references.domain.referee_erasure import erase_referee
from goodword.references.domain.requests import has_opted_out
from goodword.references.flags import rules
from goodword.references.models import (
    Check,
    CheckFlag,
    Reference,
    ReferenceRequest,
    SelfReference,
    Slot,
    Trace,
)
from goodword.reports.models import Report, ReportFile
from goodword.workflow.models import Appeal
from goodword.workspace.data_requests import LABELS
from goodword.workspace.models import CandidateImport, Comment, ImportRow, RatingRequest
from greenhouse_sandbox.acts.candidates import delete_candidate
from tests.assessments.all_kinds import assessment_of_all, marked, take
from tests.greenhouse.world import ASSESSMENT, REFERENCES, World
from tests.references.answered import FULL, answered, answered_self, asked, checked
from tests.references.story import (
    ANSWERS,
    MANAGER,
    PEER,
    Story,
    answer,
    candidate_path,
    post,
    press_send,
    referee_path,
)
from tests.references.test_erase_referee import mail_to
from tests.reports.test_without_referee import reported
from tests.support import factories
from tests.support.jobs import run_jobs
from tests.support.pages import signed_in
from tests.workspace.applications import path, review

#: slow on a busy machine
pytestmark = [pytest.mark.slow, pytest.mark.django_db]

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


#: questions with a text answer
TEXTS = ("q-strengths", "q-develop", "q-work_again-comment")
#: where the word is before erasure: every column with personal data
PLANTED = {
    "assessments_adjustment.answer",
    "assessments_adjustment.text",
    "assessments_answer.value",
    "assessments_attemptflag.dismissed_note",
    "assessments_marking.comment",
    "assessments_upload.name",
    "assessments_verification.discard_reason",
    "candidates_application.rejection_reason",
    "candidates_candidate.company",
    "candidates_candidate.confirmed_name",
    "candidates_candidate.email",
    "candidates_candidate.searched",
    "candidates_candidate.searched_names",
    "candidates_candidate.first_name",
    "candidates_candidate.last_name",
    "candidates_candidate.preferred_name",
    "candidates_candidate.title",
    "candidates_erasure.cancelled_because",
    "candidates_hold.reason",
    "candidates_performancerating.rater",
    "core_event.data",
    "greenhouse_delivery.body",
    "greenhouse_delivery.outcome",
    "notifications_email.bounce_reason",
    "notifications_email.complained_address",
    "notifications_email.context",
    "notifications_email.html",
    "notifications_email.last_error",
    "notifications_email.subject",
    "notifications_email.text",
    "notifications_email.to_address",
    "notifications_email.to_name",
    "references_check.decline_reason",
    "references_check.marked_reason",
    "references_referee.candidate_title",
    "references_referee.company",
    "references_referee.email",
    "references_referee.message",
    "references_referee.name",
    "references_referee.searched",
    "references_reference.answers",
    "references_reference.quote",
    "references_referencerequest.decline_reason",
    "references_referencerequest.draft",
    "references_selfreference.answers",
    "references_selfreference.draft",
    "references_checkflag.dismissed_note",
    "references_checkflag.facts",
    "references_slot.answer_note",
    "references_slot.cannot_reason",
    "references_slot.hint",
    "references_trace.device",
    "reports_report.snapshot",
    "reports_reportfile.content",
    "workflow_appeal.answer",
    "workflow_appeal.text",
    "workspace_comment.text",
    "workspace_importrow.cells",
    "workspace_importrow.doubt",
    "workspace_importrow.email",
    "workspace_importrow.problem",
    "workspace_listed_now.sort_name",
    "workspace_listedapplication.sort_name",
    "workspace_ratingrequest.rater_email",
    "workspace_ratingrequest.rater_name",
}


def columns() -> list[tuple[str, str, str]]:
    """All text columns with their types."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name, data_type FROM information_schema.columns "
            "WHERE table_schema = 'public' AND data_type IN "
            "('text', 'character varying', 'character', 'json', 'jsonb', 'bytea', 'ARRAY', 'xml') "
            "ORDER BY table_name, column_name"
        )
        return list(cursor.fetchall())


def columns_with(word: str) -> set[str]:
    """The columns that contain the word, including the text of PDFs."""
    found = set()
    for table, column, kind in columns():
        value = f"encode(\"{column}\", 'escape')" if kind == "bytea" else f'"{column}"::text'
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT 1 FROM "{table}" WHERE {value} ILIKE %s LIMIT 1', [f"%{word}%"])
            if cursor.fetchone():
                found.add(f"{table}.{column}")
    for file in ReportFile.objects.across_organisations():
        text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(bytes(file.content))).pages)
        if word.lower() in text.lower().replace("-\n", "").replace("\n", ""):
            found.add("reports_reportfile.content")
    return found


def full_history(world: World) -> None:
    """A candidate with a full history: a declined check, a rejection, an assessment, a check with two referees."""
    store = world.greenhouse.store
    person = world.greenhouse.candidate(**PERSON)
    person.preferred_name = f"{WORD}ie"
    next(store.rejection_reasons.rising()).name = f"Too much {WORD}"
    first, second = (world.greenhouse.application(person) for _ in range(2))
    world.move(first, REFERENCES)
    world.deliver()
    run_jobs()
    other = Story(world.ours(first))
    post(f"{candidate_path(other)}decline/", {"d-reason": f"I will not speak of the {WORD}."})
    world.reject(first)
    world.deliver()
    run_jobs()

    role = world.ours(first).role
    assert role is not None
    assessment_of_all(role, kinds=("scales", "questions"), total="categories")
    world.move(second, ASSESSMENT)
    world.deliver()
    run_jobs()
    ours, now = world.ours(second), clock.now()
    attempt = Attempt.objects.of(world.organisation).get(step_request__application=ours)
    take(attempt, storm=f"I call the {WORD}.", file=f"{WORD} licence.pdf", now=now)
    marked(attempt, name="Nora Nine", safe=5, tells=1, comment=f"Knows the {WORD}.")
    world.move(second, REFERENCES)
    world.deliver()
    run_jobs()
    story = Story(ours)
    portal = candidate_path(story)
    assert post(f"{portal}1/", MANAGER | REFEREE).status_code == 302
    assert post(f"{portal}2/", PEER).status_code == 302
    press_send(story)
    post(
        f"{referee_path(PEER['r-email'])}no/",
        {"d-why": "would_rather_not", "d-reason": f"The {WORD} and I fell out.", "d-opt_out": "on"},
    )
    run_jobs()
    petra = MANAGER | {"r-name": f"Petra {WORD}", "r-email": f"petra@{WORD.lower()}.example"}
    assert post(f"{portal}2/another/", petra).status_code == 302
    press_send(story)
    said = [page | {key: f"{WORD}!" for key in page if key in TEXTS} for page in ANSWERS]
    answer(referee_path(REFEREE["r-email"]), said)
    draft = referee_path(petra["r-email"])
    for number, page in enumerate(said, start=1):
        assert post(f"{draft}questions/{number}/", page).status_code == 302
    add_other_traces(story.check, word=WORD)
    add_other_texts(ours, attempt, word=WORD)
    visit_pages(world, ours.pk)


def add_other_traces(check: Check, *, word: str, request: ReferenceRequest | None = None) -> None:
    """Other personal data: members' notes, the self-assessment, traces, a bounced mail."""
    owned = {"organisation": check.organisation, "check_run": check}
    Check.objects.of(check.organisation).filter(pk=check.pk).update(marked_reason=f"Enough of {word}.")
    slot = Slot.objects.of(check.organisation).filter(check_run=check).earliest("number")
    slot.hint, slot.cannot_reason, slot.answer_note = f"Not {word}", f"{word} is ill", f"Ask {word}"
    slot.save()
    if request is None:
        said = {"strengths": f"{word}!"}
        SelfReference.objects.create(
            **owned, version=check.version, draft=said, answers=said, begun_at=clock.now()
        )
    CheckFlag.objects.create(
        **owned,
        code=rules.FREE,
        key=str(check.referees.earliest("pk").pk),
        grade="low",
        facts={"domain": word},
        found_at=clock.now(),
        dismissed_note=f"Known to {word}.",
    )
    Trace.objects.create(
        **owned,
        request=request,
        device=f"{word} 3.1",
        address_hash="a",
        device_hash="b",
        seen_at=clock.now(),
    )
    mail = Email.objects.of(check.organisation).latest("pk")
    mail.bounce_reason, mail.last_error = f"no mailbox of {word}", f"{word} refused"
    mail.complained_address = f"{word}@mail.example"
    mail.save(update_fields=["bounce_reason", "complained_address", "last_error"])
    references = Reference.objects.of(check.organisation).filter(request__check_run=check)
    reference = references.get() if request is None else references.get(request=request)
    reference.quote = f"{word}!"
    reference.save(update_fields=["quote"])


def add_other_texts(application: Application, attempt: Attempt, *, word: str) -> None:
    """Texts by members, the candidate and a rater."""
    now, member = clock.now(), factories.member(application.organisation)
    owned = {"organisation": application.organisation}
    of, candidate = owned | {"application": application}, owned | {"candidate": application.candidate}
    Candidate.objects.of(application.organisation).filter(pk=application.candidate_id).update(
        confirmed_name=f"{word}a {word}ova"
    )
    Comment.objects.create(**of, author=member, text=f"Look at the {word}.", written_at=now)
    Appeal.objects.create(
        **of, text=f"See my {word}.", opened_at=now, answer=f"The {word} is fine.", answered_at=now
    )
    AttemptFlag.objects.create(
        **owned,
        attempt=attempt,
        code=PASTED,
        key="1",
        grade="low",
        facts={"answers": 1},
        found_at=now,
        dismissed_note=f"From the {word}.",
    )
    asked = {"asked_at": now, "text": f"My {word} is slow.", "answer": f"Without {word}.", "answered_at": now}
    Adjustment.objects.create(**owned, attempt=attempt, state="refused", **asked)
    verified = {"version": "1", "form": "", "language": "en", "items": 0, "opened_at": now}
    Verification.objects.create(
        **owned,
        part=attempt.parts.earliest("order"),
        **verified,
        discarded_at=now,
        discard_reason=f"{word} broke.",
    )
    Hold.objects.create(
        **candidate, ground="claims", reason=f"Dispute on {word}", placed_at=now, lifted_at=now
    )
    cancelled = {"cancelled_at": now, "cancelled_because": f"Needs {word}"}
    Erasure.objects.create(**candidate, reason="member", requested_at=now, due_at=now, **cancelled)
    assert application.role is not None
    file = CandidateImport.objects.create(
        **owned, role=application.role, member=member, state="done", created_at=now
    )
    ImportRow.objects.create(
        **of,
        of=file,
        line=2,
        cells={"company": f"Old {word}"},
        email=f"old@{word.lower()}.example",
        state="imported",
        doubt=f"{word}?",
        problem=f"{word}!",
    )
    RatingRequest.objects.create(
        **of,
        state="declined",
        rater_name=f"Rita {word}",
        rater_email=f"rita@{word.lower()}.example",
        created_at=now,
    )
    ratings = RatingImport.objects.create(**owned, lowest=1, highest=5, created_at=now, confirmed_at=now)
    PerformanceRating.objects.create(
        **of, of=ratings, criterion="Overall", value=4, rater=f"Rita {word}", rated_on=now.date()
    )


def visit_pages(world: World, application_id: int) -> None:
    """Visits of pages and links that are logged."""
    member = signed_in(factories.member(world.organisation, kind="admin"))
    assert WORD in member.get(path("candidate", world.organisation, application_id)).content.decode()
    member.get(path("candidates", world.organisation), {"q": WORD})
    report = Report.objects.of(world.organisation).filter(state="ready").latest("pk")
    assert member.get(path("report_pdf", world.organisation, report.pk)).status_code == 200
    member.get(review(report.step_request.application, now=clock.now()))


def test_an_erased_person_is_gone_from_every_table(world: World) -> None:
    full_history(world)
    assert columns_with(WORD) == PLANTED
    organisation = world.organisation
    posted = ActivityFeedNote.objects.of(organisation).filter(state="sent").count()
    [person] = [
        candidate
        for candidate in world.greenhouse.store.candidates.rising()
        if candidate.last_name == f"{WORD}ova"
    ]
    delete_candidate(world.greenhouse.store, person)
    world.deliver()
    run_jobs()
    assert erase_due(now=clock.now() + WAIT + timedelta(minutes=1)) == 1
    run_jobs()  # draws the redacted reports
    assert columns_with(WORD) == set()
    erasure = Erasure.objects.of(organisation).get(cancelled_at=None)
    assert set(erasure.counts) <= set(LABELS)
    assert has_opted_out(organisation=organisation, address=PEER["r-email"])
    assert ActivityFeedNote.objects.of(organisation).filter(state="sent").count() == posted
    reports = Report.objects.of(organisation).order_by("step_request", "version")
    assert [(report.version, report.state, report.snapshot["redacted"]) for report in reports] == [
        (1, "redacted", True),
        (2, "ready", True),
    ]
    assert ReportFile.objects.of(organisation).count() == 1


#: every column with data of a referee
PLANTED_BY_REFEREE = {
    "notifications_email.bounce_reason",
    "notifications_email.complained_address",
    "notifications_email.context",
    "notifications_email.last_error",
    "notifications_email.to_address",
    "notifications_email.to_name",
    "references_check.marked_reason",
    "references_referee.candidate_title",
    "references_referee.company",
    "references_referee.email",
    "references_referee.message",
    "references_referee.name",
    "references_referee.searched",
    "references_reference.answers",
    "references_reference.quote",
    "references_referencerequest.decline_reason",
    "references_referencerequest.draft",
    "references_checkflag.dismissed_note",
    "references_checkflag.facts",
    "references_slot.answer_note",
    "references_slot.cannot_reason",
    "references_slot.hint",
    "references_trace.device",
    "reports_report.snapshot",
    "reports_reportfile.content",
}
CANDIDATE = "Quillfeather"
OTHER = "Brambleworth"


def completed_check() -> tuple[Check, ReferenceRequest]:
    """A completed check: a referee with the word in every text, another referee, and a self-assessment."""
    check = checked(last_name=CANDIDATE, title=f"{CANDIDATE} maker")
    answers = FULL | {
        "title": {"answer": "corrected", "title": f"{WORD} cook"},
        "reliability": {"level": 4, "not_able": False, "comment": f"A {WORD}!"},
        "client": f"{WORD} Inc",
        "strengths": f"She {WORD}s.",
    }
    of_them = {
        "name": f"Maria {WORD}",
        "email": f"maria@{WORD.lower()}.example",
        "company": f"{WORD} & Sons",
        "candidate_title": f"{WORD} maker",
        "message": f"Do you remember the {WORD}?",
    }
    request = answered(check, 1, answers, **of_them).request
    request.draft, request.decline_reason = {"strengths": f"{WORD}?"}, f"{WORD} no more."
    request.save()
    answered(check, 2, name=f"Omar {OTHER}")
    asked(check, 3, state="declined")
    answered_self(check)
    reported(check)
    mail_to(check, f"maria@{WORD.lower()}.example", ref=f"request:{request.pk}", to=f"Maria {WORD}")
    Email.objects.of(check.organisation).filter(subject_ref__startswith="request").update(to_name=WORD)
    mail_to(check, "rita@acme.example", referee=f"Maria {WORD}")
    add_other_traces(check, word=f"Maria {WORD}", request=request)
    return check, request


def test_an_erased_referee_is_gone_from_every_table_and_the_rest_stays(world: World) -> None:
    check, request = completed_check()
    assert columns_with(WORD) == PLANTED_BY_REFEREE
    others = {word: columns_with(word) for word in (CANDIDATE, OTHER)}
    assert erase_referee(referee_id=request.referee_id, by="referee", now=clock.now())
    assert columns_with(WORD) == set()
    run_jobs()  # draws the report without them
    assert columns_with(WORD) == set()
    assert {word: columns_with(word) for word in (CANDIDATE, OTHER)} == others
    admin = signed_in(factories.member(check.organisation, kind="admin"))
    bundle = admin.post(path("candidate_export", check.organisation, check.step_request.application_id))
    with zipfile.ZipFile(io.BytesIO(bundle.content)) as files:
        everything = files.read("everything.json").decode()
    assert (WORD in everything, OTHER in everything, CANDIDATE in everything) == (False, True, True)
    reports = Report.objects.of(check.organisation).order_by("version")
    assert [(report.version, report.state) for report in reports] == [(1, "redacted"), (2, "ready")]
    assert Reference.objects.of(check.organisation).count() == 1
    assert Check.objects.of(check.organisation).get().progress == "completed"


def test_an_export_contains_everything_stored_about_a_person(world: World) -> None:
    """Every column that erasure covers is exported."""
    full_history(world)
    organisation = world.organisation
    application = Application.objects.of(organisation).latest("pk")
    admin = signed_in(factories.member(organisation, kind="admin"))
    bundle = admin.post(path("candidate_export", organisation, application.pk))
    with zipfile.ZipFile(io.BytesIO(bundle.content)) as files:
        everything = json.loads(files.read("everything.json"))
        reports = [name for name in files.namelist() if name.startswith("reports/")]
        uploads = [name.partition("-")[2] for name in files.namelist() if name.startswith("files/")]
    assert len(reports) == ReportFile.objects.of(organisation).count() > 0
    assert uploads == [f"{WORD}_licence.pdf"]
    told = json.dumps(everything, ensure_ascii=False)
    for words in (
        *PERSON.values(),
        f"{WORD}ie",
        f"Too much {WORD}",
        f"I will not speak of the {WORD}.",
        *REFEREE.values(),
        f"Petra {WORD}",
        f"The {WORD} and I fell out.",
        f"{WORD}!",
        f"Enough of {WORD}.",
        f"Not {WORD}",
        f"{WORD} is ill",
        f"Ask {WORD}",
        f"Known to {WORD}.",
        f"{WORD} 3.1",
        f"no mailbox of {WORD}",
        f"I call the {WORD}.",
        f"{WORD} licence.pdf",
        f"Knows the {WORD}.",
        f"Look at the {WORD}.",
        f"See my {WORD}.",
        f"The {WORD} is fine.",
        f"From the {WORD}.",
        f"{WORD} broke.",
        f"Dispute on {WORD}",
        f"Needs {WORD}",
        f"Old {WORD}",
        f"Rita {WORD}",
    ):
        assert words in told, words
    sections = {name for name, section in everything.items() if WORD.lower() in str(section).lower()}
    assert sections == {
        "person",
        "applications",
        "assessments",
        "reference checks",
        "reports",
        "mails",
        "timeline",
        "sent by Greenhouse",
        "comments",
        "requests for a human review",
        "legal holds",
        "erasures",
        "imported",
        "requests for a rating after the start",
    }
