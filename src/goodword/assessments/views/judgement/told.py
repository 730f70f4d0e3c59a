"""What is said beside a change of the source: translations may have to follow."""

from django.contrib import messages
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from goodword.accounts.access import MemberRequest
from goodword.assessments.catalogue.drafts import Draft, draft_of
from goodword.assessments.editor.judgement import left_behind
from goodword.questionnaires.editor.languages import language_name


def remind_of_translations(request: MemberRequest, before: Draft) -> None:
    """Where other words stand now than were translated, somebody should look at the translations."""
    after = draft_of(before.test)
    if after is None:
        return
    languages = left_behind(before.content, after.content, [row.content for row in after.translations])
    if languages:
        names = get_text_list([language_name(language) for language in languages], _("and"))
        messages.warning(
            request,
            _("%(languages)s still has the old text. Please check the translation.") % {"languages": names},
        )
