"""Advice in the editor."""

import pytest

from goodword.questionnaires import builtin
from goodword.questionnaires.editor.advice import advice, sensitive_topic
from goodword.questionnaires.questions import to_json
from tests.questionnaires.editor.support import LED, SIZE, STRENGTHS, plain, rating


def advice_for(*questions: object, minutes: int = 5) -> list[str]:
    found = advice(plain(*questions), minutes=minutes, translated={}, language="en")
    return [one.sentence for one in found]


def test_a_sound_questionnaire_gets_no_advice() -> None:
    assert advice_for(LED, SIZE, STRENGTHS) == []


@pytest.mark.matrix
@pytest.mark.parametrize("key", builtin.keys())
@pytest.mark.parametrize("language", builtin.languages())
def test_built_in_questionnaires_get_no_advice(key: str, language: str) -> None:
    questions = list(to_json(builtin.load(key, language=language).questions))
    found = advice(questions, minutes=6, translated={}, language=language)
    assert [one.sentence for one in found] == []


def test_more_than_five_competencies_get_advice_and_more_than_eight_need_a_reason() -> None:
    def rate(count: int) -> list[dict[str, object]]:
        return [rating(f"c{n}", f"Competency {n}") for n in range(count)]

    assert advice_for(*rate(5)) == []
    assert advice_for(*rate(6)) == [
        (
            "This rates 6 competencies. With more than five, referees' answers start to look alike. Keep the ones "
            "the job needs most."
        )
    ]
    assert "You'll be asked for a reason when you publish" in advice_for(*rate(9))[0]


def test_structural_problems_get_advice() -> None:
    managers = {**LED, "only_for": ["manager"]}
    peers = {**SIZE, "only_for": ["peer"]}
    sentences = advice_for(managers, peers, {**STRENGTHS, "text": "What of {candidat}?"}, minutes=14)
    assert sentences == [
        "It takes about 14 minutes. Many referees stop after ten.",
        (
            "2 “How large was the team?” is never asked, because it depends on 1 “Did {candidate} lead people?”, "
            "which those referees don't see."
        ),
        (
            "3 “What of {candidat}?” will show “{candidat}” as it is. "
            "Only {candidate} and {company} are filled in."
        ),
    ]
    assert advice_for(STRENGTHS, {**STRENGTHS, "id": "again"}) == [
        "All questions are optional, so a referee could send an empty reference.",
        "2 “What does {candidate} do well?” asks the same as 1 “What does {candidate} do well?”.",
    ]
    assert advice_for({**LED, "only_for": ["manager", "peer", "direct_report", "client", "teacher"]}) == [
        "Referees with the relationship “Fellow student” get no questions.",
        "Referees with the relationship “Other” get no questions.",
    ]


@pytest.mark.parametrize(
    ("language", "text", "topic"),
    [
        ("en", "How often was {candidate} sick?", "health"),
        ("en", "Does {candidate} plan to have children?", "family"),
        ("en", "How old is {candidate}?", "age"),
        ("en", "What is their native language?", "origin"),
        ("en", "Is {candidate} religious?", "belief"),
        ("de", "War {candidate} oft krank?", "health"),
        ("de", "Ist {candidate} verheiratet?", "family"),
        ("fr", "Quel âge a {candidate} ?", "age"),
        ("fr", "Est-elle enceinte ?", "family"),
    ],
)
def test_sensitive_topics_get_advice(language: str, text: str, topic: str) -> None:
    found = sensitive_topic(text, language=language)
    assert found is not None
    assert found.topic == topic


@pytest.mark.parametrize(
    "text",
    [
        "How did {candidate} manage language in contracts?",
        "How was the average quality?",
        "Did they skill up?",
        "How did {candidate} handle a still unfinished page?",
    ],
)
def test_harmless_words_get_no_advice(text: str) -> None:
    assert sensitive_topic(text, language="en") is None


def test_advice_on_sensitive_topics_names_question_and_word() -> None:
    found = advice(
        plain({**LED, "text": "Was {candidate} often ill?"}), minutes=5, translated={}, language="en"
    )
    assert [(one.question_id, one.sentence) for one in found] == [
        (
            "led",
            (
                "1 “Was {candidate} often ill?” may touch on health (“ill”). In many countries employers may not "
                "ask about this. Ask it only if the job requires it."
            ),
        )
    ]
