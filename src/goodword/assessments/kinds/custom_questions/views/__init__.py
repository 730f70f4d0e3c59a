from django.utils.translation import gettext_lazy

from goodword.assessments.models import Test
from goodword.assessments.views.draft_access import TestPages

QUESTIONS = TestPages(
    Test.Kind.CUSTOM_QUESTIONS,
    page="custom_questions",
    editor="custom_questions_edit",
    not_editable=gettext_lazy("This test can't be changed: it is archived, or was imported."),
)
