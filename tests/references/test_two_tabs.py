"""Two tabs with the same page of two questions. Each keeps its content until it is reloaded."""

from typing import Any

import pytest

from goodword.references.domain.responses import DraftAnswers
from goodword.references.models import SelfReference
from tests.references.asking import ON_ONE_PAGE, asks
from tests.references.story import Story, candidate_path, get, post, referee_path, sent
from tests.references.test_saving import by_script, draft_of, seen_on
from tests.support.kept import kept

pytestmark = pytest.mark.django_db

PAUL = "paul@globex.example"


@pytest.fixture
@kept
def story() -> Story:
    story = sent()
    asks(story, questions=ON_ONE_PAGE, german=["Beziehung", "Stärken", "Entwicklung"])
    return story


class Tab:
    def __init__(self, path: str) -> None:
        self.path = path
        self.load()

    def load(self) -> None:
        page = get(self.path)
        self.seen = seen_on(page)
        self.shows = {block.question.id: block.main.value() or "" for block in page.context["form"].blocks}

    def types(self, **texts: str) -> Any:
        """Saved by the page's script."""
        self.shows |= texts
        return self._keeps_marks(by_script(self.path, self._form()))

    def saves(self, **texts: str) -> Any:
        self.shows |= texts
        return self._keeps_marks(post(self.path, self._form()))

    def _form(self) -> dict[str, str]:
        return {f"q-{name}": text for name, text in self.shows.items()} | {"seen": self.seen}

    def _keeps_marks(self, response: Any) -> Any:
        if b'id="seen"' in response.content:
            self.seen = seen_on(response)
        return response


def two_tabs(story: Story, **answered: str) -> tuple[Tab, Tab]:
    path = f"{referee_path(PAUL)}questions/2/"
    if answered:
        Tab(path).types(**answered)
    return Tab(path), Tab(path)


@pytest.mark.parametrize("answered", [{}, {"strengths": "Cal"}], ids=["new", "corrected"])
def test_typing_keeps_what_another_tab_has_saved(story: Story, answered: dict[str, str]) -> None:
    here, other = two_tabs(story, **answered)
    other.types(strengths="Calm.")
    for text in ("Say", "Say no", "Say no."):
        assert here.types(develop=text).status_code == 200
    assert draft_of(story).answers == {"strengths": "Calm.", "develop": "Say no."}
    assert here.saves().status_code == 302
    assert draft_of(story).answers == {"strengths": "Calm.", "develop": "Say no."}


@pytest.mark.world
def test_typing_does_not_restore_an_answer_that_another_tab_has_removed(story: Story) -> None:
    here, other = two_tabs(story, strengths="Calm.")
    other.types(strengths="")
    here.types(develop="Say")
    here.types(develop="Say no.")
    assert draft_of(story).answers == {"develop": "Say no."}


@pytest.mark.world
def test_a_change_made_after_other_saves_still_conflicts(story: Story) -> None:
    here, other = two_tabs(story, strengths="Cal")
    other.types(strengths="Calm.")
    here.types(develop="Say no.")
    refused = here.types(strengths="Quick.")
    assert (refused.status_code, b"Calm." in refused.content) == (409, True)
    page = here.saves()
    assert (page.status_code, [one.text for one in page.context["others"]]) == (409, ["Calm."])
    assert here.saves().status_code == 302
    assert draft_of(story).answers == {"strengths": "Quick.", "develop": "Say no."}


@pytest.mark.world
def test_saving_again_replaces_only_the_answers_listed(story: Story) -> None:
    here, other = two_tabs(story, strengths="Cal")
    other.types(strengths="Calm.", develop="Delegate.")
    page = here.saves(develop="Say no.")
    assert (page.status_code, [one.text for one in page.context["others"]]) == (409, ["Delegate."])
    assert here.saves().status_code == 302
    assert draft_of(story).answers == {"strengths": "Calm.", "develop": "Say no."}


@pytest.mark.world
def test_completing_a_page_keeps_what_another_tab_has_saved(story: Story) -> None:
    here, other = two_tabs(story)
    other.types(strengths="Calm.")
    assert here.saves().status_code == 200
    assert here.saves(develop="Say no.").status_code == 302
    assert draft_of(story).answers == {"strengths": "Calm.", "develop": "Say no."}


@pytest.mark.world
def test_switching_languages_shows_what_another_tab_has_saved(story: Story) -> None:
    here, other = two_tabs(story)
    other.types(strengths="Calm.")
    page = post(here.path, {"q-develop": "Say no.", "seen": here.seen, "language": "de"})
    assert page.context["form"]["strengths"].value() == "Calm."
    again = {"q-strengths": "Quick.", "q-develop": "Say no.", "seen": seen_on(page)}
    assert post(here.path, again).status_code == 302
    assert draft_of(story).answers == {"strengths": "Quick.", "develop": "Say no."}


@pytest.mark.world
def test_the_self_assessment_keeps_what_another_tab_has_saved(story: Story) -> None:
    check = story.check
    check.self_reference = "asked"
    check.save()
    path = f"{candidate_path(story)}self-reference/questions/1/"

    def answers() -> object:
        own = SelfReference.objects.of(story.application.organisation).get(check_run=check)
        return DraftAnswers.read(own.draft).answers

    here, other, third = (Tab(path) for _tab in range(3))
    other.types(strengths="Calm.")
    here.types(develop="Say")
    here.types(develop="Say no.")
    assert answers() == {"strengths": "Calm.", "develop": "Say no."}
    assert here.saves(develop="").status_code == 200
    assert here.saves(develop="Say no.").status_code == 302
    assert answers() == {"strengths": "Calm.", "develop": "Say no."}
    page = third.saves(develop="Delegate.")
    assert (page.status_code, [one.text for one in page.context["others"]]) == (409, ["Say no."])
    assert third.saves().status_code == 302
    assert answers() == {"strengths": "Calm.", "develop": "Delegate."}


@pytest.mark.world
def test_typing_continues_while_another_tab_hides_the_question() -> None:
    story = sent()
    asks(story)
    path = referee_path(PAUL)
    post(f"{path}questions/3/", {"q-led": "yes"})
    tab = Tab(f"{path}questions/4/")
    post(f"{path}questions/3/", {"q-led": "no"})
    tab.types(team="Ten")
    tab.types(team="Ten.")
    assert draft_of(story).answers["team"] == "Ten."


def test_a_question_that_an_answer_adds_to_the_page_appears_at_once() -> None:
    story = sent()
    title = {"id": "title", "type": "title_confirm", "text": "What was the title?", "only_for": ["manager"]}
    asks(story, questions=[ON_ONE_PAGE[0], title], german=["Beziehung", "Titel"])
    manager = {"q-relationship": "corrected", "q-relationship-relationship": "manager"}
    page = post(f"{referee_path(PAUL)}questions/1/", manager)
    assert [block.question.id for block in page.context["form"].blocks] == ["relationship", "title"]
