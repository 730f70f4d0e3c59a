import html

import pytest

from goodword.assessments.kinds.builtin import WORK_STYLE
from goodword.assessments.models import Test
from goodword.workspace.job_requirements import LONGEST, MOST_KEPT, fitting, proposal, sentences_of

POST = """
<p>Northwind grows. You will love our team.</p>
<p><strong>What you'll do</strong></p><ul><li>Plan renewals with your customers</li></ul>
<h3>What you bring</h3><ul>
<li>You organise your week yourself;</li>
<li>You reason from <em>data</em>, not from habit.</li>
<li>5+ years of organising events</li>
</ul>
<h3>What we offer</h3><ul><li>A reliable team and good coffee</li></ul>
<script>You must organise alert()</script>
"""
STYLE = Test(kind=Test.Kind.SCALES, key=WORK_STYLE)
REASONING = Test(kind=Test.Kind.REASONING, key="series")


def test_requirements_come_first_then_tasks_and_offers_of_the_company_are_left_out() -> None:
    assert sentences_of(POST) == (
        "You organise your week yourself",
        "You reason from data, not from habit",
        "5+ years of organising events",
        "Plan renewals with your customers",
    )


@pytest.mark.parametrize(
    ("content", "sentences"),
    [
        ("", ()),
        ("<p>We sell windows.</p>", ()),
        ("Requirements:\n- Careful with details\n- Learns fast", ("Careful with details", "Learns fast")),
        ("<p>You are organised, and can listen. We pay well.</p>", ("You are organised, and can listen",)),
        (
            html.escape("<p><b>Requirements</b></p><ul><li>Careful with details</li></ul>"),
            ("Careful with details",),
        ),
        (
            "<h2>Ihr Profil</h2><ul><li>Sie arbeiten strukturiert</li></ul><h2>Wir bieten</h2><ul><li>Obst</li></ul>",
            ("Sie arbeiten strukturiert",),
        ),
        (
            "<h2>Votre profil</h2><ul><li>Vous êtes autonome et rigoureuse</li></ul>",
            ("Vous êtes autonome et rigoureuse",),
        ),
    ],
)
def test_posts_are_read_however_they_are_written(content: str, sentences: tuple[str, ...]) -> None:
    assert sentences_of(content) == sentences


def test_endless_posts_and_sentences_are_cut_off() -> None:
    items = "".join(f"<li>You are organised in task {number}</li>" for number in range(100))
    assert (
        len(sentences_of(f"<h3>Requirements</h3><ul>{items}<li>You {'x' * LONGEST}</li></ul>")) == MOST_KEPT
    )


def test_a_test_is_offered_requirements_that_it_can_assess() -> None:
    sentences = sentences_of(POST)
    assert "You organise your week yourself" in fitting(sentences, STYLE)
    assert fitting(sentences, REASONING) == ["You reason from data, not from habit"]
    assert fitting(sentences, Test(kind=Test.Kind.CUSTOM_QUESTIONS, key="own")) == list(sentences)


def test_no_test_is_offered_years_degrees_or_languages() -> None:
    said = [
        "5 years of planning",
        "A degree in data science",
        "Fluent in client meetings",
        "Driving licence, team player",
    ]
    assert fitting(said, STYLE) == fitting(said, REASONING) == []


def test_nothing_is_invented() -> None:
    assert proposal(sentences_of("<p>We sell windows.</p>"), STYLE) == ""
    assert proposal(sentences_of(POST), Test(kind=Test.Kind.SCALES, key="a pack")) == ""
