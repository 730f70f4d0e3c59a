from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.drafts.pages import LibraryPages
from goodword.questionnaires.domain.drafts import DRAFTS, QuestionnaireDraft
from goodword.questionnaires.models import Questionnaire


def questionnaire_of(request: MemberRequest, pk: int) -> Questionnaire:
    return access.owned(Questionnaire.objects.of(request.organisation), pk)


class QuestionnairePages(LibraryPages[Questionnaire, QuestionnaireDraft]):
    drafts = DRAFTS
    page, editor, library = "questionnaire", "questionnaire_edit", "questionnaires"
    library_name = gettext_lazy("Questionnaires")
    styles = ("questionnaires/editor.css",)

    def owner_of(self, request: MemberRequest, pk: int) -> Questionnaire:
        return questionnaire_of(request, pk)

    def not_editable(self) -> str:
        return _("This questionnaire can't be changed. Make a copy to edit it.")


PAGES = QuestionnairePages()
