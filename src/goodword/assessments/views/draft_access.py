"""Access to an organisation's own tests and their drafts."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.http import Http404, HttpResponseBase
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.assessments.catalogue.drafts import DRAFTS, Content, TestDraft
from goodword.assessments.models import Test
from goodword.drafts.pages import LibraryPages
from goodword.questionnaires.editor.descriptions import language_name


def test_of(request: MemberRequest, pk: int, *, kind: Test.Kind) -> Test:
    return access.get_or_404(Test.objects.of(request.organisation).filter(kind=kind), pk)


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

    def published(
        self,
        request: MemberRequest,
        pk: int,
        template: str,
        context_of: Callable[[Content], Mapping[str, Any]] = lambda _content: {},
    ) -> HttpResponseBase:
        """The newest published version in one language, else a redirect to the draft."""
        test = self.owner_of(request, pk)
        rows = DRAFTS.newest(test)
        if not rows and test.is_own:
            return self.to_editor(request)
        if not rows:
            raise Http404("nothing published yet")
        row = next((row for row in rows if row.language == request.GET.get("language")), rows[0])
        context = {
            "test": test,
            "draft": DRAFTS.find(test),
            "version": row,
            "content": row.content,
            "languages": [(other.language, language_name(other.language)) for other in rows],
            **context_of(row.content),
        }
        return render(request, template, context)
