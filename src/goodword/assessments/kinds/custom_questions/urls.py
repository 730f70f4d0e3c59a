from django.urls import URLPattern, URLResolver, path

from goodword.assessments.kinds.custom_questions.views import QUESTIONS, marking, question, sets

_SETS = "library/custom-questions/"
_SET = f"{_SETS}<int:pk>/"
_QUESTION = f"{_SET}edit/question/<str:question_id>/"

member_urls: list[URLPattern | URLResolver] = [
    path(f"{_SETS}new/", sets.new, name="custom_questions_new"),
    path(_SET, sets.page, name="custom_questions"),
    path(f"{_SET}begin/", QUESTIONS.begin_view(), name="custom_questions_begin"),
    path(f"{_SET}edit/", sets.edit, name="custom_questions_edit"),
    path(f"{_SET}edit/details/", sets.details, name="custom_questions_details"),
    path(f"{_SET}edit/update/", sets.update, name="custom_questions_update"),
    path(f"{_SET}edit/discard/", QUESTIONS.discard_view(), name="custom_questions_discard"),
    path(f"{_SET}edit/publish/", sets.publish, name="custom_questions_publish"),
    path(f"{_SET}edit/file/new/", question.new, name="custom_question_file_new"),
    path(f"{_SET}edit/question/new/", question.new_text, name="custom_question_new"),
    path(f"{_QUESTION}text/", question.change_text, name="custom_question_text"),
    path(f"{_QUESTION}file/", question.change, name="custom_question_file"),
    path(f"{_QUESTION}move/", question.move, name="custom_question_file_move"),
    path(f"{_QUESTION}remove/", question.remove, name="custom_question_file_remove"),
    path(f"{_QUESTION}marking/", question.marked, name="custom_question_marking"),
]

_MARKING = "candidates/<int:pk>/marking/<int:attempt_pk>/"

member_urls += [
    path(_MARKING, marking.marking, name="marking"),
    path(f"{_MARKING}<int:order>/<str:item>/", marking.answer, name="marking_answer"),
    path("uploads/<int:pk>/", marking.download, name="upload_download"),
]
