"""What is kept of somebody's answers while they give them."""

from datetime import timedelta

from goodword.references.domain.drafts import META_KEY, Draft, SubmittedAnswer
from tests.support.factories import NOW


def given(question_id: str, answer: str | None = None, **typed: list[str]) -> SubmittedAnswer:
    return SubmittedAnswer(
        question_id=question_id, finished=not typed and answer != "", answer=answer, typed=typed
    )


def test_a_draft_reads_back_what_it_stored() -> None:
    draft = Draft(
        answers={"quality": {"level": 4}},
        typed={"dates": {"q-dates": ["corrected"]}},
        saved_at=NOW,
        left=True,
    )
    assert Draft.read(draft.stored()) == draft


def test_an_empty_draft_holds_nothing() -> None:
    assert Draft.read({}) == Draft()
    assert Draft().stored() == {META_KEY: {"typed": {}, "left": False}}


def test_of_two_tabs_that_changed_an_answer_the_later_counts() -> None:
    draft = Draft(answers={"strengths": "At first."})
    seen = {"strengths": draft.mark("strengths")}
    for text in ("One tab.", "Other tab."):
        draft = draft.taking([given("strengths", text)], seen=seen, now=NOW)
    assert draft.answers == {"strengths": "Other tab."}


def test_a_tab_in_which_nothing_was_touched_undoes_nothing() -> None:
    shown = Draft(answers={"strengths": "At first."})
    seen = {"strengths": shown.mark("strengths"), "develop": ""}
    newer = Draft(answers={"strengths": "Better.", "develop": "Say no."})
    sent = [given("strengths", "At first."), given("develop", None)]
    assert newer.taking(sent, seen=seen, now=NOW).answers == newer.answers


def test_who_clears_an_answer_has_cleared_it() -> None:
    draft = Draft(answers={"anything_else": "No."})
    seen = {"anything_else": draft.mark("anything_else")}
    left_open = draft.taking([given("anything_else", None)], seen=seen, now=NOW)
    assert left_open.answers == {"anything_else": None}
    required = SubmittedAnswer(question_id="anything_else", finished=False)
    assert draft.taking([required], seen=seen, now=NOW).answers == {}


def test_an_empty_required_answer_of_a_page_that_showed_none_clears_nothing() -> None:
    draft = Draft(answers={"quality": {"level": 4}})
    empty = SubmittedAnswer(question_id="quality", finished=False)
    assert draft.taking([empty], seen={"quality": ""}, now=NOW).answers == draft.answers


def test_what_is_not_finished_stands_instead_of_the_earlier_answer_until_it_is() -> None:
    draft = Draft(answers={"dates": {"answer": "confirmed"}})
    typed = {"q-dates": ["corrected"], "q-dates-from_year": ["2021"]}
    unfinished = SubmittedAnswer(question_id="dates", finished=False, typed=typed)
    between = draft.taking([unfinished], seen={"dates": draft.mark("dates")}, now=NOW)
    assert (between.answers, between.typed) == ({}, {"dates": typed})
    seen = {"dates": between.mark("dates")}
    done = between.taking([given("dates", "done")], seen=seen, now=NOW)
    assert (done.answers, done.typed) == ({"dates": "done"}, {})


def test_the_time_counts_from_start_to_submit_in_one_sitting() -> None:
    draft = Draft().touched(NOW)
    for minutes in (10, 35, 64):
        draft = draft.touched(NOW + timedelta(minutes=minutes))
    assert draft.seconds_since(NOW, now=NOW + timedelta(minutes=70)) == 70 * 60
    assert draft.seconds_since(NOW, now=NOW + timedelta(minutes=95)) is None
    assert draft.seconds_since(None, now=NOW) is None


def test_a_break_of_more_than_half_an_hour_makes_two_sittings_for_good() -> None:
    draft = Draft().touched(NOW).touched(NOW + timedelta(minutes=31))
    assert draft.left
    assert (
        draft.touched(NOW + timedelta(minutes=32)).seconds_since(NOW, now=NOW + timedelta(minutes=33)) is None
    )
