from collections.abc import Callable
from functools import update_wrapper
from typing import Concatenate

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.assessments.catalogue.drafts import DRAFTS, TestDraft
from goodword.assessments.models import Test
from goodword.drafts.versions import NoDraft, StaleDraft

type DraftView[**P] = Callable[Concatenate[MemberRequest, TestDraft, P], HttpResponseBase]
#: the pages of each kind that has an editor: that of the published version, and that of the draft
EDITORS = {
    Test.Kind.JUDGEMENT: ("judgement", "judgement_edit"),
    Test.Kind.QUESTIONS: ("custom_questions", "custom_questions_edit"),
}


def test_of(request: MemberRequest, pk: int, *, kind: Test.Kind) -> Test:
    return access.owned(Test.objects.of(request.organisation).filter(kind=kind), pk)


def draft_page[**P](kind: Test.Kind) -> Callable[[DraftView[P]], Callable[..., HttpResponseBase]]:
    """Give the view the draft of the test `pk`, or redirect to the test's page; after `StaleDraft` to the editor."""
    page, editor = EDITORS[kind]

    def decorate(view: DraftView[P]) -> Callable[..., HttpResponseBase]:
        def wrapped(
            request: MemberRequest, /, pk: int, *args: P.args, **kwargs: P.kwargs
        ) -> HttpResponseBase:
            test = test_of(request, pk, kind=kind)
            try:
                draft = DRAFTS.find(test)
                if draft is None:
                    raise NoDraft
                return view(request, draft, *args, **kwargs)
            except NoDraft:
                messages.info(request, _("The draft no longer exists. It was published or discarded."))
                return redirect(page, request.organisation.slug, pk)
            except StaleDraft:
                messages.warning(
                    request,
                    _(
                        "Nothing was changed: the draft was changed in another tab or by someone else. This is "
                        "the current version."
                    ),
                )
                return redirect(editor, request.organisation.slug, pk)

        update_wrapper(wrapped, view)
        return access.member(kinds=access.WORKS)(wrapped)

    return decorate


def revision_of(request: MemberRequest) -> int:
    given = request.POST.get("revision", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else -1
