from collections.abc import Callable
from functools import update_wrapper
from typing import Concatenate

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.drafts.versions import NoDraft, StaleDraft
from goodword.questionnaires.domain.drafts import DRAFTS, QuestionnaireDraft
from goodword.questionnaires.models import Questionnaire

type DraftView[**P] = Callable[Concatenate[MemberRequest, QuestionnaireDraft, P], HttpResponseBase]


def questionnaire_of(request: MemberRequest, pk: int) -> Questionnaire:
    return access.owned(Questionnaire.objects.of(request.organisation), pk)


def at_draft[**P](view: DraftView[P]) -> Callable[..., HttpResponseBase]:
    """Pass the draft of questionnaire `pk` to the view, or redirect to the questionnaire if there is none.

    `StaleDraft` redirects to the editor.
    """

    def wrapped(request: MemberRequest, /, pk: int, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        questionnaire = questionnaire_of(request, pk)
        try:
            draft = DRAFTS.find(questionnaire)
            if draft is None:
                raise NoDraft
            return view(request, draft, *args, **kwargs)
        except NoDraft:
            messages.info(request, _("The draft no longer exists. It was published or discarded."))
            return redirect("questionnaire", request.organisation.slug, pk)
        except StaleDraft:
            messages.warning(
                request,
                _(
                    "Nothing was saved: the draft was changed in another tab or by someone else. This is the "
                    "current draft."
                ),
            )
            return redirect("questionnaire_edit", request.organisation.slug, pk)

    update_wrapper(wrapped, view)
    return access.member(kinds=access.WORKS)(wrapped)


def revision_of(request: MemberRequest, name: str = "revision") -> int:
    """The draft's revision when the page was opened; -1, which matches none, if missing."""
    given = request.POST.get(name, "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else -1
