"""Mails to experts, in their language."""

import pytest

from goodword.assessments.models import Panelist
from goodword.notifications.domain.mail_texts import render
from goodword.notifications.models import Email
from tests.assessments.judgement.support import LATE, own
from tests.assessments.panels.support import invited
from tests.support import factories

pytestmark = pytest.mark.django_db


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("language", "subject", "said"),
    [
        ("en", "Your expert ratings for Acme Bikes", "Please rate alone"),
        ("de", "Ihre fachliche Bewertung für Acme Bikes", "Bitte bewerten Sie allein"),
        ("fr", "Votre avis d’expert pour Acme Bikes", "Merci d’évaluer de votre côté"),
    ],
)
def test_both_parts_of_the_mail_say_who_asks_and_how_to_rate(language: str, subject: str, said: str) -> None:
    rita = factories.member(factories.organisation(name="Acme Bikes"), name="Rita Recruiter")
    expert: Panelist = invited(own(rita, LATE), by=rita, language=language)
    mail = Email.objects.of(rita.organisation).get(link_subject_id=expert.pk)
    link = "https://goodword.example/e/secret/"
    found = render(mail, link=link)
    assert found.subject == subject
    for part in (found.text, found.html):
        assert [
            words for words in (said, link, "In the workshop", "Rita Recruiter") if words not in part
        ] == []
