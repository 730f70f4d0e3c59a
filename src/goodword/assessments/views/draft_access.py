"""Access to an organisation's own tests and their drafts."""

from collections.abc import Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.assessments.catalogue.drafts import DRAFTS, TestDraft
from goodword.assessments.models import Test
from goodword.drafts.pages import LibraryPages


def test_of(request: MemberRequest, pk: int, *, kind: Test.Kind) -> Test:
    """A test of this kind of the member's organisation, or 404."""
    return access.owned(Test.objects.of(request.organisation).filter(kind=kind), pk)


class TestPages(LibraryPages[Test, TestDraft]):
    drafts = DRAFTS
    library, library_name = "library", gettext_lazy("Library")
    styles: Sequence[str] = ("questionnaires/editor.css", "assessments/editor.css")

    def __init__(self, kind: Test.Kind, *, page: str, editor: str, not_editable: Promise) -> None:
        self.kind, self.page, self.editor, self._not_editable = kind, page, editor, not_editable

    def owner_of(self, request: MemberRequest, pk: int) -> Test:
        return test_of(request, pk, kind=self.kind)

    def title(self, draft: TestDraft) -> str:
        return str(draft.content["name"]) or draft.test.title

    def not_editable(self) -> str:
        return str(self._not_editable)


JUDGEMENT = TestPages(
    Test.Kind.JUDGEMENT,
    page="judgement",
    editor="judgement_edit",
    not_editable=gettext_lazy("This test can't be changed. Copy it to edit it."),
)
QUESTIONS = TestPages(
    Test.Kind.QUESTIONS,
    page="custom_questions",
    editor="custom_questions_edit",
    not_editable=gettext_lazy("This test can't be changed: it is archived, or was imported."),
)
