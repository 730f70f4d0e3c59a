from django.utils.translation import gettext_lazy

from goodword.assessments.models import Test
from goodword.assessments.views.draft_access import TestPages

JUDGEMENT = TestPages(
    Test.Kind.JUDGEMENT,
    page="judgement",
    editor="judgement_edit",
    not_editable=gettext_lazy("This test can't be changed. Copy it to edit it."),
)
