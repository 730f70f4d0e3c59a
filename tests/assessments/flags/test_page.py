"""Flags on the candidate's page, their dismissal, and where they must not appear."""

import io
import json
import zipfile
from copy import deepcopy
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from goodword.accounts.models import AuditEntry, Membership
from goodword.assessments.attempts.completion import finish_part
from goodword.assessments.flags import raising
from goodword.assessments.flags.display import WORDS, sentence
from goodword.assessments.models import Attempt, AttemptFlag
from goodword.core.personal_data import ExportReader, ExportRequest, export
from goodword.reports.models import Report
from tests.assessments.flags.support import NOW, flags, note, raise_flags, timed_attempt, work_through
from tests.assessments.once import once
from tests.assessments.plans import WORK_STYLE, attempt_of
from tests.assessments.support import answer_all
from tests.support import factories
from tests.support.jobs import run_jobs
from tests.support.pages import signed_in

pytestmark = pytest.mark.django_db

FACTS: dict[str, dict[str, Any]] = {
    "left_page": {"times": 4, "longest": "minute"},
    "pasted": {"answers": 2},
    "fast": {"percent": 35},
    "connection_lost": {"times": 2},
    "second_window": {"times": 1},
    "straight_line": {"longest": 14},
    "contradiction": {"mean": 2.4, "chance": 1.6},
}


def attempt_with_absences() -> Attempt:
    """The candidate left the page during four of twelve tasks."""
    made = timed_attempt()
    note(made, "left", *"1234", amount=30)
    work_through(made, seconds=30)
    raise_flags(made)
    return made


sat_once = once(attempt_with_absences)


@pytest.fixture
def attempt(db: None, sat_once: Attempt) -> Attempt:
    return deepcopy(sat_once)


@pytest.fixture
def flag(attempt: Attempt) -> AttemptFlag:
    return AttemptFlag.objects.of(attempt.organisation).get()


@pytest.fixture
def rita(attempt: Attempt) -> Membership:
    return factories.member(attempt.organisation, name="Rita Recruiter")


def text_of(response: Any) -> str:
    return " ".join(unescape(response.content.decode()).split())


def address(attempt: Attempt, flag: AttemptFlag | None = None) -> str:
    end = f"assessment/flags/{flag.pk}/dismiss/" if flag else ""
    return f"/o/{attempt.organisation.slug}/candidates/{attempt.step_request.application_id}/{end}"


def unchanged(flag: AttemptFlag) -> bool:
    flag.refresh_from_db()
    audited = AuditEntry.objects.of(flag.organisation).filter(action="flag.dismissed").exists()
    return (flag.dismissed_at, flag.dismissed_note, audited) == (None, "", False)


# --- the page ----------------------------------------------------------------------------------------------------


def test_the_page_shows_facts_explanations_and_advice(attempt: Attempt, rita: Membership) -> None:
    text = text_of(signed_in(rita).get(address(attempt)))
    for words in (
        "no decision is based on them.",
        "Grade: Medium",
        "Left the page <span",
        "A notification, a phone call, or someone at the door.",
        "have them solve a similar task in the interview",
    ):
        assert text.count(words) == 1
    # and in the name of the link to dismiss it
    assert text.count("the page was left 4 times, never for more than a minute.") == 2


@pytest.mark.world
def test_without_flags_the_card_says_so_once_completed() -> None:
    made = timed_attempt()
    member = factories.member(made.organisation)
    assert text_of(signed_in(member).get(address(made))).count("Flags to review") == 0
    work_through(made, seconds=30)
    raise_flags(made)
    text = text_of(signed_in(member).get(address(made)))
    assert (text.count("Grade: None"), text.count("No flags.")) == (1, 1)


@pytest.mark.matrix
@pytest.mark.parametrize("code", FACTS)
def test_every_flag_has_facts_explanations_and_advice(code: str) -> None:
    said = sentence(code, FACTS[code], part="Reasoning")
    assert said.startswith("Reasoning: ")
    assert said.count("%(") == 0
    assert len(WORDS[code].explanations) >= 2
    assert str(WORDS[code].to_do).endswith(".")


def test_every_flag_has_a_wording_which_is_tested() -> None:
    codes = {value for name, value in vars(raising).items() if name.isupper() and isinstance(value, str)}
    assert codes == set(WORDS) == set(FACTS)


def test_no_sentence_reveals_how_long_a_candidate_took() -> None:
    for code, facts in FACTS.items():
        for word in ("minutes", " seconds", "hour"):
            said = sentence(code, facts, part="Reasoning").replace("ten seconds", "")
            assert said.count(word) == 0


@pytest.mark.slow
def test_three_flags_take_as_many_queries_as_one(attempt: Attempt, rita: Membership) -> None:
    client = signed_in(rita)
    client.get(address(attempt))
    with CaptureQueriesContext(connection) as one:
        client.get(address(attempt))
    for code in ("fast", "connection_lost"):
        AttemptFlag.objects.create(
            organisation=attempt.organisation,
            attempt=attempt,
            code=code,
            key="1",
            grade="low",
            facts=FACTS[code],
            found_at=NOW,
        )
    with CaptureQueriesContext(connection) as three:
        client.get(address(attempt))
    assert len(three) == len(one)


# --- dismissing --------------------------------------------------------------------------------------------------


@pytest.mark.world
def test_a_dismissed_flag_shows_who_and_why(attempt: Attempt, flag: AttemptFlag, rita: Membership) -> None:
    client = signed_in(rita)
    assert text_of(client.get(address(attempt, flag))).count("Left the page") == 1
    response = client.post(address(attempt, flag), {"note": "Asked them: <b>the post</b> rang."})
    assert response["Location"] == f"{address(attempt)}#flags"
    text = text_of(client.get(address(attempt)))
    for words in (
        "Grade: None",
        "All flags have been dismissed.",
        "1 dismissed flag",
        "Dismissed by Rita Recruiter",
        "Asked them: <b>the post</b> rang.",
    ):
        assert text.count(words) == 1
    flag.refresh_from_db()
    assert (flag.dismissed_by, flag.dismissed_note) == (rita, "Asked them: <b>the post</b> rang.")
    entry = AuditEntry.objects.of(attempt.organisation).get(action="flag.dismissed")
    assert (entry.member, entry.details) == (rita, {"flag": flag.pk, "attempt": attempt.pk})


@pytest.mark.world
def test_a_second_dismissal_changes_nothing_and_says_so(
    attempt: Attempt, flag: AttemptFlag, rita: Membership
) -> None:
    signed_in(rita).post(address(attempt, flag), {"note": "Mine."})
    again = signed_in(rita).post(address(attempt, flag), {"note": "Mine."}, follow=True)
    assert ("already been dismissed" in text_of(again), "wasn't saved" in text_of(again)) == (True, False)
    second = factories.member(attempt.organisation)
    response = signed_in(second).post(address(attempt, flag), {"note": "Other."}, follow=True)
    assert text_of(response).count("already been dismissed. See its note. Yours wasn't saved: “Other.”") == 1
    flag.refresh_from_db()
    assert (flag.dismissed_by, flag.dismissed_note) == (rita, "Mine.")


def test_an_invalid_note_is_explained_and_kept(attempt: Attempt, flag: AttemptFlag, rita: Membership) -> None:
    for typed, words in (("", "Say in a sentence why"), ("long " * 101, "at most 500 characters")):
        text = text_of(signed_in(rita).post(address(attempt, flag), {"note": typed}))
        assert text.count(words) >= 1
        assert text.count(typed.strip()) >= 1
        assert unchanged(flag)


@pytest.mark.world
def test_viewers_neither_see_nor_dismiss_flags(attempt: Attempt, flag: AttemptFlag) -> None:
    member = factories.member(attempt.organisation, kind="hiring_manager")
    role = attempt.step_request.application.role
    assert role is not None
    role.viewers.add(member)
    response = signed_in(member).get(address(attempt))
    assert response.status_code == 200
    assert (text_of(response).count("Flags to review"), text_of(response).count("Left the page")) == (0, 0)
    for method in ("get", "post"):
        refused = getattr(signed_in(member), method)(address(attempt, flag), {"note": "Nothing."})
        assert refused.status_code == 403
    assert unchanged(flag)


@pytest.mark.world
def test_outsiders_cannot_dismiss_flags(attempt: Attempt, flag: AttemptFlag, rita: Membership) -> None:
    stranger = factories.member(factories.organisation())
    assert signed_in(stranger).post(address(attempt, flag), {"note": "x"}).status_code == 404
    own = factories.application(factories.role(stranger.organisation))
    through = reverse("attempt_flag_dismiss", args=[stranger.organisation.slug, own.pk, flag.pk])
    assert signed_in(stranger).post(through, {"note": "x"}).status_code == 404
    role = attempt.step_request.application.role
    assert role is not None
    other = factories.application(role)
    wrong = reverse("attempt_flag_dismiss", args=[attempt.organisation.slug, other.pk, flag.pk])
    assert signed_in(rita).post(wrong, {"note": "x"}).status_code == 404
    signed_out = Client().post(address(attempt, flag), {"note": "x"})
    assert (signed_out.status_code, "/accounts/login/" in signed_out["Location"]) == (302, True)
    assert unchanged(flag)


# --- where flags appear, and where not -----------------------------------------------------------------------------


def exported(attempt: Attempt, reader: ExportReader) -> dict[str, Any]:
    application = attempt.step_request.application
    wanted = ExportRequest(
        reader=reader,
        organisation=attempt.organisation,
        candidate_id=application.candidate_id,
        application_ids=(application.pk,),
    )
    (one,) = export(wanted)["assessments"]
    return dict(one)


def test_the_members_export_has_flags_without_times(attempt: Attempt, flag: AttemptFlag) -> None:
    kept = exported(attempt, ExportReader.ORGANISATION)
    assert kept["flags"] == [
        {
            "what": "Left the page",
            "part": "1",
            "grade": "medium",
            "facts": {"times": 4, "longest": "minute"},
            "found": flag.found_at,
        }
    ]
    assert kept["parts"][0]["observations"] == [
        {"what": "left the page, seconds", "item": str(number)} for number in range(1, 5)
    ]


def test_the_candidates_export_has_no_flags(attempt: Attempt) -> None:
    kept = exported(attempt, ExportReader.CANDIDATE)
    assert "flags" not in kept
    assert "observations" not in kept["parts"][0]


@pytest.mark.world
def test_flags_are_not_in_the_candidates_file_of_a_bundle(attempt: Attempt) -> None:
    admin = factories.member(attempt.organisation, kind="admin")
    url = reverse("candidate_export", args=[attempt.organisation.slug, attempt.step_request.application_id])
    with zipfile.ZipFile(io.BytesIO(signed_in(admin).post(url).content)) as files:
        texts = {name: files.read(name).decode() for name in files.namelist() if name.endswith(".json")}
    assert {name: text.count("Left the page") for name, text in texts.items()} == {
        name: int(name == "everything.json") for name in texts
    }
    assert len(texts) == 2


@pytest.mark.world
def test_reports_contain_no_flags() -> None:
    attempt = attempt_of(WORK_STYLE)
    answer_all(attempt, value=5)
    note(attempt, "second_window", "ws116")
    finish_part(attempt_id=attempt.pk, order=1, now=NOW)
    run_jobs()
    assert {code for code, _, _ in flags(attempt)} == {"contradiction", "second_window", "straight_line"}
    words = json.dumps(Report.objects.of(attempt.organisation).get().snapshot)
    assert [words.count(word) for word in ("second_window", "grade", "explanation")] == [0] * 3
