"""Members' pages below /o/<slug>/: judgement sets, own questions, and the marking of answers."""

from django.urls import URLPattern, URLResolver, path

from goodword.assessments.views import marking, uploads
from goodword.assessments.views.judgement import begin as judgement
from goodword.assessments.views.judgement import edit, languages, publish, scenario
from goodword.assessments.views.questions import begin as own_begin
from goodword.assessments.views.questions import edit as own_edit
from goodword.assessments.views.questions import files as own_files
from goodword.assessments.views.questions import marked as own_marked

_SETS = "library/judgement/"
_SET = f"{_SETS}<int:pk>/"
_SCENARIO = f"{_SET}edit/scenario/<slug:scenario_id>/"

judgement_urls: list[URLPattern | URLResolver] = [
    path(f"{_SETS}new/", judgement.new, name="judgement_new"),
    path(_SET, judgement.page, name="judgement"),
    path(f"{_SET}duplicate/", judgement.duplicate, name="judgement_duplicate"),
    path(f"{_SET}begin/", judgement.draft, name="judgement_begin"),
    path(f"{_SET}edit/", edit.edit, name="judgement_edit"),
    path(f"{_SET}edit/details/", edit.details, name="judgement_details"),
    path(f"{_SET}edit/discard/", edit.discard, name="judgement_discard"),
    path(f"{_SET}edit/publish/", publish.publish, name="judgement_publish"),
    path(f"{_SET}edit/scenario/new/", scenario.new, name="judgement_scenario_new"),
    path(_SCENARIO, scenario.change, name="judgement_scenario"),
    path(f"{_SCENARIO}move/", scenario.move, name="judgement_scenario_move"),
    path(f"{_SCENARIO}remove/", scenario.remove, name="judgement_scenario_remove"),
    path(f"{_SET}edit/languages/", languages.add, name="judgement_language_add"),
    path(f"{_SET}edit/languages/<slug:language>/", languages.translate, name="judgement_language"),
    path(f"{_SET}edit/languages/<slug:language>/remove/", languages.remove, name="judgement_language_remove"),
]

_OWNS = "library/questions/"
_OWN = f"{_OWNS}<int:pk>/"
_QUESTION = f"{_OWN}edit/question/<str:question_id>/"

own_urls: list[URLPattern | URLResolver] = [
    path(f"{_OWNS}new/", own_begin.new, name="own_questions_new"),
    path(_OWN, own_begin.page, name="own_questions"),
    path(f"{_OWN}begin/", own_begin.draft, name="own_questions_begin"),
    path(f"{_OWN}edit/", own_edit.edit, name="own_questions_edit"),
    path(f"{_OWN}edit/details/", own_edit.details, name="own_questions_details"),
    path(f"{_OWN}edit/take-over/", own_edit.take_over, name="own_questions_take_over"),
    path(f"{_OWN}edit/discard/", own_edit.discard, name="own_questions_discard"),
    path(f"{_OWN}edit/publish/", own_edit.publish, name="own_questions_publish"),
    path(f"{_OWN}edit/file/new/", own_files.new, name="own_file_new"),
    path(f"{_QUESTION}file/", own_files.change, name="own_file"),
    path(f"{_QUESTION}move/", own_files.move, name="own_file_move"),
    path(f"{_QUESTION}remove/", own_files.remove, name="own_file_remove"),
    path(f"{_QUESTION}marking/", own_marked.marked, name="own_question_marked"),
]

_MARKING = "candidates/<int:pk>/marking/<int:attempt_pk>/"

marking_urls: list[URLPattern | URLResolver] = [
    path(_MARKING, marking.marking, name="marking"),
    path(f"{_MARKING}<int:order>/<str:item>/", marking.answer, name="marking_answer"),
    path("uploads/<int:pk>/", uploads.download, name="upload_download"),
]
