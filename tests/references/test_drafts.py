"""Draft answers."""

from datetime import timedelta

from goodword.references.domain.responses import META_KEY, SAVE_KEY, DraftAnswers, SubmittedAnswer
from tests.support.factories import NOW


def given(question_id: str, answer: str | None = None, **typed: list[str]) -> SubmittedAnswer:
    return SubmittedAnswer(
        question_id=question_id, finished=not typed and answer != "", answer=answer, typed=typed
    )


def test_drafts_round_trip_through_json() -> None:
    draft = DraftAnswers(
        answers={"quality": {"level": 4}},
        typed={"dates": {"q-dates": ["corrected"]}},
        saved_at=NOW,
        left=True,
    )
    assert DraftAnswers.read(draft.stored()) == draft


def test_an_empty_draft_has_no_answers() -> None:
    assert DraftAnswers.read({}) == DraftAnswers()
    assert DraftAnswers().stored() == {META_KEY: {"typed": {}, "left": False, "saved_by": {}}}


def test_the_later_of_two_changed_tabs_wins() -> None:
    draft = DraftAnswers(answers={"strengths": "At first."})
    seen = {"strengths": draft.fingerprint("strengths")}
    for text in ("One tab.", "Other tab."):
        draft = draft.merged([given("strengths", text)], seen=seen, now=NOW)
    assert draft.answers == {"strengths": "Other tab."}


def test_an_id_of_a_page_that_is_not_ours_is_not_stored() -> None:
    draft = DraftAnswers().merged([given("strengths", "Calm.")], seen={META_KEY: "A" * 1_000_000}, now=NOW)
    assert (draft.answers, draft.saved_by) == ({"strengths": "Calm."}, {"strengths": ""})


def test_an_unchanged_tab_overwrites_nothing() -> None:
    shown = DraftAnswers(answers={"strengths": "At first."})
    seen = {"strengths": shown.fingerprint("strengths"), "develop": ""}
    newer = DraftAnswers(answers={"strengths": "Better.", "develop": "Say no."})
    sent = [given("strengths", "At first."), given("develop", None)]
    assert newer.merged(sent, seen=seen, now=NOW).answers == newer.answers


def test_a_page_takes_back_its_own_save_whose_response_was_lost() -> None:
    opened = DraftAnswers(answers={"strengths": "At first."})
    seen = {"strengths": opened.fingerprint("strengths"), META_KEY: "page"}
    draft = opened.merged([given("strengths", "At first. Or not")], seen=seen, now=NOW)
    draft = draft.merged([given("strengths", "At first.")], seen=seen, now=NOW)
    assert draft.answers == opened.answers


def test_an_earlier_save_of_a_page_that_arrives_last_changes_nothing() -> None:
    opened = DraftAnswers(answers={"strengths": "At first."})
    seen = {"strengths": opened.fingerprint("strengths"), "develop": "", META_KEY: "page"}
    earlier, later = (seen | {SAVE_KEY: f"load-{number}"} for number in (9, 10))
    texts = [given("strengths", "At first. Or"), given("develop", "Say no.")]
    draft = opened.merged([given("strengths", "At first. Or not"), given("develop")], seen=later, now=NOW)
    draft = DraftAnswers.read(draft.stored())
    assert draft.merged(texts, seen=earlier, now=NOW) == draft
    assert draft.conflicting(texts, seen=earlier) == ()
    reloaded = seen | {SAVE_KEY: "other-1"}
    assert draft.merged(texts, seen=reloaded, now=NOW).answers == {
        "strengths": "At first. Or",
        "develop": "Say no.",
    }


def test_clearing_an_answer_removes_it() -> None:
    draft = DraftAnswers(answers={"anything_else": "No."})
    seen = {"anything_else": draft.fingerprint("anything_else")}
    left_open = draft.merged([given("anything_else", None)], seen=seen, now=NOW)
    assert left_open.answers == {"anything_else": None}
    required = SubmittedAnswer(question_id="anything_else", finished=False)
    assert draft.merged([required], seen=seen, now=NOW).answers == {}


def test_an_empty_required_answer_does_not_overwrite_a_newer_one() -> None:
    draft = DraftAnswers(answers={"quality": {"level": 4}})
    empty = SubmittedAnswer(question_id="quality", finished=False)
    assert draft.merged([empty], seen={"quality": ""}, now=NOW).answers == draft.answers


def test_unfinished_input_replaces_the_earlier_answer() -> None:
    draft = DraftAnswers(answers={"dates": {"answer": "confirmed"}})
    typed = {"q-dates": ["corrected"], "q-dates-from_year": ["2021"]}
    unfinished = SubmittedAnswer(question_id="dates", finished=False, typed=typed)
    between = draft.merged([unfinished], seen={"dates": draft.fingerprint("dates")}, now=NOW)
    assert (between.answers, between.typed) == ({}, {"dates": typed})
    seen = {"dates": between.fingerprint("dates")}
    done = between.merged([given("dates", "done")], seen=seen, now=NOW)
    assert (done.answers, done.typed) == ({"dates": "done"}, {})


def test_time_is_measured_from_start_to_submit_without_a_break() -> None:
    draft = DraftAnswers().saved(NOW)
    for minutes in (10, 35, 64):
        draft = draft.saved(NOW + timedelta(minutes=minutes))
    assert draft.seconds_since(NOW, now=NOW + timedelta(minutes=70)) == 70 * 60
    assert draft.seconds_since(NOW, now=NOW + timedelta(minutes=95)) is None
    assert draft.seconds_since(None, now=NOW) is None


def test_a_break_of_more_than_half_an_hour_voids_the_time() -> None:
    draft = DraftAnswers().saved(NOW).saved(NOW + timedelta(minutes=31))
    assert draft.left
    assert (
        draft.saved(NOW + timedelta(minutes=32)).seconds_since(NOW, now=NOW + timedelta(minutes=33)) is None
    )
