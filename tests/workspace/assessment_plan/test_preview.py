"""The preview of a role's assessment."""

from copy import deepcopy
from typing import Any

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse

from goodword.accounts.models import Membership, Organisation
from goodword.assessments.attempts.parts import SEEDS, begin_locked
from goodword.assessments.models import AttemptPart, DrawnItem
from goodword.roles.models import Automation, Step
from tests.assessments.assessment_plans.support import (
    JUDGEMENT,
    NOW,
    REASONING,
    SERVES,
    WORK_STYLE,
    builtin,
    changed,
    drafted,
    parts,
    prepared,
    published,
    put_in,
    questions,
)
from tests.assessments.once import once
from tests.assessments.support import assigned, token_of
from tests.support import factories
from tests.support.pages import signed_in
from tests.workspace.assessment_plan.test_plan import soup, words

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOW, tick=False)]

ALL = [
    ("role_preview", ()),
    ("role_preview_language", ()),
    ("role_preview_decline", ()),
    ("role_preview_adjust", ()),
    ("role_preview_beyond", ()),
    ("role_preview_part", (1,)),
    ("role_preview_form", (1,)),
    ("role_preview_practice", (1, 1)),
    ("role_preview_item", (1, 1)),
    ("role_preview_finish", (1,)),
]


shared = once(prepared)


@pytest.fixture
def step(db: None, shared: tuple[Step, Membership]) -> Step:
    return deepcopy(shared[0])


@pytest.fixture
def rita(step: Step, shared: tuple[Step, Membership]) -> Membership:
    return deepcopy(shared[1])


def address(
    step: Step, name: str = "role_preview", *more: object, which: object = "draft", query: str = ""
) -> str:
    return path(name, step.organisation, step.role_id, which, *more) + (f"?{query}" if query else "")


def path(name: str, organisation: Organisation, *more: object) -> str:
    return reverse(name, args=[organisation.slug, *more])


def everything() -> dict[str, int]:
    """The number of rows in each table: a preview creates none."""
    models = [model for model in apps.get_models() if model._meta.managed and not model._meta.proxy]
    tables = [model._meta.db_table for model in models]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"SELECT '{table}', count(*) FROM \"{table}\"" for table in tables))
        return dict(cursor.fetchall())


def onward(page: Any) -> str:
    """The URL of the page's main button."""
    link = soup(page).select_one("main a.button--primary")
    assert link is not None
    return str(link["href"])


@pytest.mark.slow
def test_a_full_preview_stores_nothing(step: Step, rita: Membership) -> None:
    """Work style, then timed reasoning: all pages in order as candidates see them, with the banner on top."""
    style, reasoning = parts(drafted(step, WORK_STYLE, REASONING, by=rita))
    changed(step, style, by=rita, requirement=SERVES)
    changed(step, reasoning, by=rita, form="short_12", minutes=15)
    browser = signed_in(rita)
    plan = browser.get(path("role_assessment_draft", step.organisation, step.role_id))
    assert soup(plan).select(f"a[href='{address(step)}']")
    before = everything()

    page = browser.get(address(step))
    told = words(page)
    assert "Your assessment for Window Washer" in told
    assert "has asked you to take this assessment. Its 2 parts take" in told
    assert "12 tasks, 15 minutes, timed. You start the clock." in told
    assert f"Why: {SERVES}" in told
    assert "What is recorded" in told
    assert "Need extra time or an accessible version?" in told
    banner = soup(page).select_one("aside.preview-banner")
    assert banner is not None
    assert "Candidate preview: draft for Window Washer Answers aren't saved" in (
        " ".join(banner.get_text(" ").split())
    )
    leave = banner.select_one("a.preview-banner__leave")
    assert leave is not None
    assert leave["href"] == path("role_assessment_draft", step.organisation, step.role_id)

    where = onward(page)
    assert where.startswith(address(step, "role_preview_practice", 1, 1))
    sent = browser.post(where, {"answer": "4"})
    for number in range(1, 17):
        assert sent["Location"].startswith(address(step, "role_preview_item", 1, number))
        page = browser.get(sent["Location"])
        assert f"{number} of 16" in words(page)
        sent = browser.post(sent["Location"], {"answer": "4"})
    assert sent["Location"].startswith(address(step, "role_preview_finish", 1))
    told = words(browser.get(sent["Location"]))
    assert "Part 1 of 2 is done" in told
    assert "Next: part 2, Reasoning" in told
    assert "15 minutes for 12 tasks." in told
    sent = browser.post(sent["Location"], {"go": "practise"})
    assert sent["Location"].startswith(address(step, "role_preview_practice", 2, 1))
    solved = browser.post(sent["Location"], {"answer": "a"})
    assert solved.status_code == 200
    start = browser.post(address(step, "role_preview_part", 2))
    page = browser.get(start["Location"])
    assert "15 min left" in words(page)
    scripts = [str(script["src"]) for script in soup(page).select("script[src*='assessments/']")]
    assert [name.split("/")[-1].split(".")[0] for name in scripts] == ["keys"]
    sent = browser.post(start["Location"], {"answer": "none of these"})
    assert sent.status_code == 422
    sent = start
    for number in range(1, 13):
        assert sent["Location"].startswith(address(step, "role_preview_item", 2, number))
        sent = browser.post(sent["Location"], {"skip": "yes"})
    page = browser.get(sent["Location"])
    assert "Thank you, Alex" in words(page)
    assert soup(page).select("aside.preview-banner")
    assert everything() == before


@pytest.mark.world
def test_the_preview_of_a_version_shows_what_was_published(step: Step, rita: Membership) -> None:
    published(step, WORK_STYLE, by=rita)
    published(step, REASONING, by=rita)
    browser = signed_in(rita)
    for number, expected in ((1, "Work style"), (2, "Reasoning")):
        page = browser.get(address(step, which=number))
        assert expected in words(page)
        assert (
            f"Candidate preview: version {number} for Window Washer"
            in soup(page).select("aside.preview-banner")[0].get_text()
        )
        leave = soup(page).select("a.preview-banner__leave")[0]["href"]
        assert leave == path("role_assessment_version", step.organisation, step.role_id, number)
        assert soup(browser.get(str(leave))).select(f"a[href='{address(step, which=number)}']")
    plan = browser.get(path("role_assessment", step.organisation, step.role_id))
    assert soup(plan).select(f"a[href='{address(step, which=2)}']")
    assert browser.get(address(step, which=3)).status_code == 404
    assert browser.get(address(step, which="other")).status_code == 404


@pytest.mark.world
def test_the_preview_is_available_in_each_language(step: Step, rita: Membership) -> None:
    drafted(step, WORK_STYLE, by=rita)
    put_in(step, questions(step.organisation, languages=("en", "de")))
    browser = signed_in(rita)
    page = soup(browser.get(address(step)))
    assert [link.get_text() for link in page.select("aside nav a[lang]")] == ["English", "Deutsch"]
    assert [tag.get_text() for tag in page.select("form.languages .languages__one")] == ["English", "Deutsch"]
    sent = browser.post(address(step, "role_preview_language"), {"language": "de"})
    page = soup(browser.get(sent["Location"]))
    assert page.select_one("html")["lang"] == "de"  # type: ignore[index]
    assert "Ihre Bewerbungsaufgaben" in page.get_text() or "Window Washer" in page.select("h1")[0].get_text()
    links = [
        str(link["href"]) for link in page.select("main a[href*='/preview/'], footer a[href*='/preview/']")
    ]
    assert links != []
    assert all("language=de" in link for link in links)
    assert page.select("aside")[0]["lang"] == "en"
    assert soup(browser.get(address(step, query="language=fr"))).select_one("html")["lang"] == "en"  # type: ignore[index]


@pytest.mark.world
def test_preview_pages_equal_the_candidates_pages(step: Step, rita: Membership) -> None:
    """Candidates' pages and the preview's differ in banner, URLs and name only."""
    published(step, REASONING, WORK_STYLE, by=rita)
    candidate = factories.candidate(step.organisation, first_name="Alex", last_name="Example", language="en")
    attempt = assigned(factories.application(step.role, candidate=candidate, recruiter_email=""))

    token = token_of(attempt)
    browser, portal = signed_in(rita), Client()
    for real, pretended in [
        (f"/p/{token}/assessment/", address(step, which=1)),
        (f"/p/{token}/assessment/1/", address(step, "role_preview_part", 1, which=1)),
        (f"/p/{token}/assessment/1/practice/1/", address(step, "role_preview_practice", 1, 1, which=1)),
        (f"/p/{token}/assessment/adjustment/", address(step, "role_preview_adjust", which=1)),
        (f"/p/{token}/assessment/decline/", address(step, "role_preview_decline", which=1)),
    ]:
        assert words(browser.get(pretended)) == words(portal.get(real))


@pytest.mark.slow
def test_the_form_without_figures_can_be_previewed(step: Step, rita: Membership) -> None:
    drafted(step, REASONING, by=rita)
    browser = signed_in(rita)
    page = browser.get(address(step, "role_preview_part", 1))
    form = soup(page).select("main .card form")[0]
    sent = browser.post(str(form["action"]), {"form": "figureless_20"})
    assert "You're taking this part without figures" in words(browser.get(sent["Location"]))
    start = browser.post(sent["Location"])
    assert "open=1" in start["Location"]
    items = [browser.get(address(step, "role_preview_item", 1, n, query="open=1")) for n in range(1, 21)]
    assert not any(soup(page).select(".matrix") for page in items)
    sent = browser.post(address(step, "role_preview_form", 1, query="open=1"), {"form": "standard_20"})
    assert "open" not in sent["Location"]


@pytest.mark.slow
def test_preview_items_use_a_seed_of_no_candidate(step: Step, rita: Membership) -> None:
    """Seeds of candidates are lower than those of previews, and each preview shows the same items."""
    published(step, REASONING, by=rita)
    attempt = assigned(factories.application(step.role))
    part = (
        AttemptPart.objects.of(step.organisation)
        .select_related("version__test", "attempt")
        .get(attempt=attempt)
    )
    begin_locked(part, device="", now=NOW)
    assert part.seed is not None
    assert part.seed < SEEDS
    browser = signed_in(rita)
    texts = [
        [words(browser.get(address(step, "role_preview_item", 1, n, which=1))) for n in range(1, 6)]
        for _ in "ab"
    ]
    assert texts[0] == texts[1]
    assert DrawnItem.objects.of(step.organisation).count() == 20


def test_custom_questions_are_shown_and_uploads_not_stored(step: Step, rita: Membership) -> None:
    asked = [
        {
            "type": "single_choice",
            "id": "q1",
            "text": "One or two?",
            "choices": [{"value": "a", "label": "One"}, {"value": "b", "label": "Two"}],
        },
        {"type": "short_text", "id": "q2", "text": "Why two?", "when": {"question": "q1", "is": ["b"]}},
        {"type": "file", "id": "q3", "text": "Your plan", "types": ["pdf"], "megabytes": 1},
    ]
    drafted(step, by=rita)
    put_in(step, questions(step.organisation, questions=asked))
    browser = signed_in(rita)
    page = browser.get(address(step, "role_preview_item", 1, 2))
    assert "Why two?" in words(page)
    assert "All questions are shown, including conditional ones." in (
        soup(page).select("aside")[0].get_text()
    )
    before = everything()
    where = address(step, "role_preview_item", 1, 3)
    wrong = browser.post(where, {"file": SimpleUploadedFile("plan.pdf", b"no such thing")})
    assert wrong.status_code == 422
    good = browser.post(where, {"file": SimpleUploadedFile("plan.pdf", b"%PDF-1.7\n%%EOF\n" + b" " * 64)})
    assert good["Location"].startswith(address(step, "role_preview_finish", 1))
    assert everything() == before


@pytest.mark.world
@pytest.mark.matrix
@pytest.mark.parametrize("name", ["role_preview_adjust", "role_preview_decline", "role_preview_beyond"])
def test_requests_in_a_preview_are_not_sent(step: Step, rita: Membership, name: str) -> None:
    drafted(step, REASONING, by=rita)
    browser = signed_in(rita)
    browser.get(address(step))
    before = everything()
    response = browser.post(address(step, name), {"percent": "50", "form": "", "text": "I am slow of sight"})
    assert "Nothing was sent or saved." in words(response)
    assert everything() == before


@pytest.mark.world
def test_the_preview_shows_the_title_of_the_job_post(step: Step, rita: Membership) -> None:
    drafted(step, WORK_STYLE, by=rita)
    Automation.objects.create(
        organisation=step.organisation,
        role=step.role,
        connection_id=1,
        job_id=7,
        job_name="Washer",
        job_post_title="Washer of tall windows",
        confirmed_at=NOW,
    )
    assert "Your assessment for Washer of tall windows" in words(signed_in(rita).get(address(step)))


@pytest.mark.world
def test_previewing_without_a_draft_or_tests_redirects_with_a_message(step: Step, rita: Membership) -> None:
    browser = signed_in(rita)
    response = browser.get(address(step), follow=True)
    assert [str(message) for message in response.context["messages"]] == [
        "The draft no longer exists. It was published or discarded."
    ]
    drafted(step, by=rita)
    response = browser.get(address(step), follow=True)
    assert [str(message) for message in response.context["messages"]] == [
        "No tests yet. Add one to preview it."
    ]


@pytest.mark.world
@pytest.mark.matrix
@pytest.mark.parametrize("query", ["done=99", "done=-1", "done=x&open=7-x&language=zz", "open=²"])
def test_invalid_query_strings_use_defaults(step: Step, rita: Membership, query: str) -> None:
    drafted(step, REASONING, by=rita)
    assert signed_in(rita).get(address(step, query=query)).status_code == 200


@pytest.mark.world
@pytest.mark.matrix
@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("role_preview_part", (2,)),
        ("role_preview_item", (1, 21)),
        ("role_preview_item", (1, 0)),
        ("role_preview_practice", (1, 9)),
        ("role_preview_finish", (0,)),
    ],
)
def test_pages_that_candidates_lack_are_not_found(
    step: Step, rita: Membership, name: str, more: tuple[int, ...]
) -> None:
    drafted(step, REASONING, by=rita)
    assert signed_in(rita).get(address(step, name, *more)).status_code == 404


@pytest.mark.world
@pytest.mark.parametrize(("name", "more"), ALL, ids=[name for name, _ in ALL])
def test_the_preview_needs_access_to_the_plan(
    step: Step, rita: Membership, name: str, more: tuple[int, ...]
) -> None:
    published(step, WORK_STYLE, by=rita)
    drafted(step, REASONING, by=rita)
    manager = factories.member(step.organisation, kind="hiring_manager")
    step.role.viewers.add(manager)
    stranger = factories.member(factories.organisation(), kind="admin")
    crossed = path(name, stranger.organisation, step.role_id, "draft", *more)
    builtin(step.organisation, JUDGEMENT)
    people = [Client(), signed_in(manager), signed_in(stranger), signed_in(rita)]
    before = everything()
    for which in ("draft", 1):
        where = address(step, name, *more, which=which)
        for client, to, status in [
            (people[0], where, 302),
            (people[1], where, 403),
            (people[2], where, 404),
            (people[2], crossed, 404),
        ]:
            assert client.get(to).status_code == status
            assert client.post(to, {"answer": "4"}).status_code == status
        assert people[3].get(where).status_code in {200, 302}
        assert people[3].post(where, {"answer": "4"}).status_code in {200, 302, 422}
    assert everything() == before


@pytest.mark.world
def test_the_default_test_is_previewed_before_anything_is_published(step: Step, rita: Membership) -> None:
    client = signed_in(rita)
    settings = client.get(path("role_step", step.organisation, step.role_id, step.pk))
    first = address(step, which="default")
    assert f'href="{first}"' in settings.content.decode()
    client.get(first)  # creates the built-in test
    before = {model._meta.label: model._base_manager.count() for model in apps.get_models()}
    page = client.get(first)
    assert "Candidate preview: default test for" in page.content.decode()
    assert "Work style" in words(page)
    for name, places in ALL:
        assert client.get(address(step, name, *places, which="default")).status_code in {
            200,
            302,
            404,
            405,
        }, name
    assert "1 of 16" in words(client.get(address(step, "role_preview_item", 1, 1, which="default")))
    assert {model._meta.label: model._base_manager.count() for model in apps.get_models()} == before
