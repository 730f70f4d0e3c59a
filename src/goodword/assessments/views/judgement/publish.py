"""Publish a draft: what is different, which languages are whole, and where the key comes from."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from goodword.accounts.access import MemberRequest
from goodword.assessments.catalogue import judgement
from goodword.assessments.catalogue.drafts import Draft, Stale, newest_published
from goodword.assessments.editor.judgement import changes, gaps
from goodword.assessments.editor.judgement_forms import PublishForm
from goodword.assessments.kinds.packs import PackError
from goodword.assessments.models import Test
from goodword.assessments.views.doors import at_draft, revision_of
from goodword.core import clock
from goodword.questionnaires.editor.languages import language_name


@require_http_methods(["GET", "HEAD", "POST"])
@at_draft(Test.Kind.JUDGEMENT)
def publish(request: MemberRequest, draft: Draft) -> HttpResponseBase:
    """The next version, which never changes."""
    form = PublishForm(request.POST if request.method == "POST" else None)
    stale = False
    if form.is_bound and form.is_valid():
        try:
            number = judgement.publish_set(
                test=draft.test,
                revision=revision_of(request),
                **form.cleaned_data,
                by=request.member,
                now=clock.now(),
            )
        except Stale:
            stale = True
        except judgement.NoScenarios:
            form.add_error(None, _("There is no scenario yet. Add one first."))
        except PackError as wrong:
            form.add_error(None, str(wrong))
        else:
            messages.success(
                request,
                _("Version %(number)s is published. Existing answers keep their version.")
                % {"number": number},
            )
            return redirect("judgement", request.organisation.slug, draft.test.pk)
    before = next(
        (row for row in newest_published(draft.test) if row.language == draft.source.language), None
    )
    return render(
        request,
        "assessments/judgement/publish.html",
        {
            "test": draft.test,
            "draft": draft,
            "form": form,
            "stale": stale,
            "revision": revision_of(request) if form.is_bound and not stale else draft.source.revision,
            "before": before,
            "changes": changes(before.content, draft.content) if before else [],
            "scenarios": draft.content["scenarios"],
            "languages": [
                (language_name(row.language), gaps(draft.content, row.content)) for row in draft.rows
            ],
        },
    )
