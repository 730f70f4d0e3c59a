"""Comments that may touch on health, family, age, belief or origin: a hint while writing, a flag for members."""

import pytest
from django.utils import translation

from goodword.references.comments import named, topics_in
from goodword.references.flags.display import sentence
from goodword.references.flags.rules import GivenAnswers, private_topics_flag
from goodword.workflow.models import FlagFinding


@pytest.mark.parametrize(
    ("text", "topics"),
    [
        ("She was often ill in her last year.", ("health",)),
        ("He was on sick\nleave twice, for family reasons as well.", ("health", "family")),
        ("On sick-leave for a month.", ("health",)),
        ("Very energetic for her age.", ("age",)),
        ("His accent never got in the way.", ("origin",)),
        ("As a Catholic she was off on All Saints.", ("belief",)),
        ("War oft krankgeschrieben, wegen ihrer Kinder.", ("health", "family")),
        ("Er trägt ein Kopftuch? Nein, sie. Migrationshintergrund.", ("belief", "origin")),
        ("Für sein Alter sehr belastbar.", ("age",)),
        ("Elle était enceinte, puis en arrêt maladie.", ("health", "family")),
        ("Sa langue maternelle n’est pas le français.", ("origin",)),
        ("Trop jeune pour le poste, disait-on.", ("age",)),
        ("After her surgery she tired easily. He has ADHD and migraines.", ("health",)),
        ("Er hatte einen Herzinfarkt und war in der Reha.", ("health",)),
        ("Elle a été opérée, puis suivie par un psychiatre.", ("health",)),
        ("A mother of two; her young kids were often ill.", ("health", "family")),
        ("Sie ist Mutter von drei Kindern, ihr Mann arbeitet auch.", ("family",)),
        ("Sa femme attend un bébé. Il est marié.", ("family",)),
        ("She is 58 and slowing down; close to retirement.", ("age",)),
        ("Mit 58 lässt er nach. Er ist Mitte fünfzig.", ("age",)),
        ("À 58 ans il ralentit. Elle est encore très jeune.", ("age",)),
        ("A devout Christian who was our union rep.", ("belief",)),
        ("Er war Betriebsrat und geht in die Kirche.", ("belief",)),
        ("Elle porte le voile. Il est délégué syndical.", ("belief",)),
        ("He is from Poland, a person of colour.", ("origin",)),
        ("She is Indian.", ("origin",)),
        ("Er kommt aus Polen. Sie ist Türkin.", ("origin",)),
        ("Il vient de Pologne, d'origine algérienne.", ("origin",)),
    ],
)
def test_topics_are_found_in_three_languages(text: str, topics: tuple[str, ...]) -> None:
    assert topics_in([text]) == topics


@pytest.mark.parametrize(
    "text",
    [
        "She ran the children's ward of a hospital and its healthcare software.",
        "He kept the old system alive and wrote the manual in plain language.",
        "She found the race condition in our queue.",
        "Christian could say no, and the team still liked to ask.",
        "Moved our database and the origin servers of the website.",
        "Erklärt auch schwierige Altsysteme verständlich, hielt jedes Versprechen.",
        "Nous avons travaillé ensemble pendant deux ans et demi. Il met l'accent sur les délais.",
        "Prière de me contacter pour plus de détails.",
        "Der Akzent lag auf Qualität, das Alter der Anlage war kein Problem.",
        "The accent was on quality; a foreign key was missing.",
        "Une relation de confiance, à l'écoute des clients étrangers au projet.",
        "Negotiates in good faith, even with ill-defined requirements.",
        "She is German market lead, speaks Polish and opened the Indian office.",
        "He came from the sales team; at 30 clients a month he was our busiest, and 20 minutes late once.",
        "Black-box tests and white papers were her strength; she turned a sick project round.",
        "Her operations team had a breakdown of communication with the parent company.",
        "Er kommt aus dem Vertrieb, betreute ein Krankenhaus und Kunden in Italien; mit 20 Kunden war er ausgelastet.",
        "Rechts und links vom Weg fand sie Lösungen. Ende 20 wird die alte Anlage ersetzt.",
        "Il vient de livrer la version 3, a 20 ans d'expérience et a opéré un changement dans la société mère.",
        "Je vous prie de me contacter. Une trentaine de clients, à droite et à gauche.",
        "",
    ],
)
def test_words_about_work_are_not_flagged(text: str) -> None:
    assert topics_in([text]) == ()


def test_topics_are_named_in_the_language_of_the_page() -> None:
    assert named(["health"]) == "health"
    assert named(["health", "family", "age"]) == "health, family and age"
    with translation.override("de"):
        assert named(["health", "family"]) == "Gesundheit und Familie"


def test_the_flag_names_topics_and_quotes_nothing() -> None:
    finding = private_topics_flag(GivenAnswers(id=7, texts=["Always on time.", "She was ill for months."]))
    assert finding == FlagFinding(code="private_topics", grade="low", key="7", facts={"topics": ["health"]})
    assert sentence("private_topics", finding.facts, ["Maria Schmidt"]) == (
        "What Maria Schmidt wrote may touch on health."
    )
    assert private_topics_flag(GivenAnswers(id=7, texts=["Always on time."])) is None
