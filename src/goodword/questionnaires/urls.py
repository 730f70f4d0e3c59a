from django.urls import URLPattern, URLResolver, path

from goodword.questionnaires.views import editor, library, preview, publish, question
from goodword.questionnaires.views.editor import PAGES

_ALL = "library/questionnaires/"
_ONE = f"{_ALL}<int:pk>/"
_EDIT = f"{_ONE}edit/"
_QUESTION = f"{_EDIT}question/<slug:question_id>/"

member_urls: list[URLPattern | URLResolver] = [
    path(_ALL, library.questionnaires, name="questionnaires"),
    path(f"{_ALL}new/", library.new, name="questionnaire_new"),
    path(f"{_ALL}import/", library.import_, name="questionnaire_import"),
    path(_ONE, library.questionnaire, name="questionnaire"),
    path(f"{_ONE}duplicate/", library.duplicate, name="questionnaire_duplicate"),
    path(f"{_ONE}begin/", PAGES.begin_view(), name="questionnaire_begin"),
    path(f"{_ONE}archive/", library.archive, name="questionnaire_archive"),
    path(f"{_ONE}restore/", library.restore, name="questionnaire_restore"),
    path(f"{_ONE}export/", library.export, name="questionnaire_export"),
    path(f"{_ONE}preview/", preview.preview, name="questionnaire_preview"),
    path(_EDIT, editor.edit, name="questionnaire_edit"),
    path(f"{_EDIT}details/", editor.details, name="questionnaire_details"),
    path(f"{_EDIT}add/", question.choose, name="questionnaire_add"),
    path(f"{_EDIT}add/competency/", question.competency, name="questionnaire_competency"),
    path(f"{_EDIT}add/<slug:kind>/", question.new, name="questionnaire_question_new"),
    path(_QUESTION, question.change, name="questionnaire_question"),
    path(f"{_QUESTION}move/", editor.move, name="questionnaire_question_move"),
    path(f"{_QUESTION}duplicate/", editor.duplicate, name="questionnaire_question_duplicate"),
    path(f"{_QUESTION}delete/", editor.delete, name="questionnaire_question_delete"),
    path(f"{_EDIT}languages/", publish.add, name="questionnaire_language_add"),
    path(f"{_EDIT}languages/<slug:language>/", publish.translate, name="questionnaire_language"),
    path(f"{_EDIT}languages/<slug:language>/remove/", publish.remove, name="questionnaire_language_remove"),
    path(f"{_EDIT}publish/", publish.publish, name="questionnaire_publish"),
    path(f"{_EDIT}discard/", PAGES.discard_view(), name="questionnaire_discard"),
]
