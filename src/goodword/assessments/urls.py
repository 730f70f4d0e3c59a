from django.urls import URLPattern, URLResolver, path

from goodword.assessments.flags.display import dismiss_flag
from goodword.assessments.views import (
    adjustments,
    attempt,
    custom_question,
    custom_questions,
    expert,
    item,
    judgement,
    judgement_panel,
    judgement_scenario,
    library,
    library_packs,
    marking,
    norms,
    preview,
    verification,
)
from goodword.assessments.views.draft_access import JUDGEMENT, QUESTIONS

_SETS = "library/judgement/"
_SET = f"{_SETS}<int:pk>/"
_SCENARIO = f"{_SET}edit/scenario/<slug:scenario_id>/"

judgement_urls: list[URLPattern | URLResolver] = [
    path(f"{_SETS}new/", judgement.new, name="judgement_new"),
    path(_SET, judgement.page, name="judgement"),
    path(f"{_SET}duplicate/", judgement.duplicate, name="judgement_duplicate"),
    path(f"{_SET}open-text/", judgement.open_text, name="judgement_open_text"),
    path(f"{_SET}begin/", JUDGEMENT.begin_view(), name="judgement_begin"),
    path(f"{_SET}edit/", judgement.edit, name="judgement_edit"),
    path(f"{_SET}edit/details/", judgement.details, name="judgement_details"),
    path(f"{_SET}edit/discard/", JUDGEMENT.discard_view(), name="judgement_discard"),
    path(f"{_SET}edit/publish/", judgement.publish, name="judgement_publish"),
    path(f"{_SET}edit/scenario/new/", judgement_scenario.new, name="judgement_scenario_new"),
    path(_SCENARIO, judgement_scenario.change, name="judgement_scenario"),
    path(f"{_SCENARIO}move/", judgement_scenario.move, name="judgement_scenario_move"),
    path(f"{_SCENARIO}remove/", judgement_scenario.remove, name="judgement_scenario_remove"),
    path(f"{_SET}edit/languages/", judgement.add_translation, name="judgement_language_add"),
    path(f"{_SET}edit/languages/<slug:language>/", judgement.translate, name="judgement_language"),
    path(
        f"{_SET}edit/languages/<slug:language>/remove/",
        judgement.remove_translation,
        name="judgement_language_remove",
    ),
]

_PANEL = f"{_SET}edit/panel/"

judgement_urls += [
    path(_PANEL, judgement_panel.panel, name="judgement_panel"),
    path(f"{_PANEL}invite/", judgement_panel.invite, name="judgement_panel_invite"),
    path(f"{_PANEL}key/", judgement_panel.take_key, name="judgement_panel_key"),
    path(f"{_PANEL}leave-out/<slug:action_id>/", judgement_panel.leave_out, name="judgement_panel_leave_out"),
    path(f"{_PANEL}<int:expert_pk>/remind/", judgement_panel.remind, name="judgement_panel_remind"),
    path(f"{_PANEL}<int:expert_pk>/remove/", judgement_panel.remove, name="judgement_panel_remove"),
]

_CUSTOM_SETS = "library/custom-questions/"
_CUSTOM_SET = f"{_CUSTOM_SETS}<int:pk>/"
_QUESTION = f"{_CUSTOM_SET}edit/question/<str:question_id>/"

custom_question_urls: list[URLPattern | URLResolver] = [
    path(f"{_CUSTOM_SETS}new/", custom_questions.new, name="custom_questions_new"),
    path(_CUSTOM_SET, custom_questions.page, name="custom_questions"),
    path(f"{_CUSTOM_SET}begin/", QUESTIONS.begin_view(), name="custom_questions_begin"),
    path(f"{_CUSTOM_SET}edit/", custom_questions.edit, name="custom_questions_edit"),
    path(f"{_CUSTOM_SET}edit/details/", custom_questions.details, name="custom_questions_details"),
    path(f"{_CUSTOM_SET}edit/update/", custom_questions.update, name="custom_questions_update"),
    path(f"{_CUSTOM_SET}edit/discard/", QUESTIONS.discard_view(), name="custom_questions_discard"),
    path(f"{_CUSTOM_SET}edit/publish/", custom_questions.publish, name="custom_questions_publish"),
    path(f"{_CUSTOM_SET}edit/file/new/", custom_question.new, name="custom_question_file_new"),
    path(f"{_CUSTOM_SET}edit/question/new/", custom_question.new_text, name="custom_question_new"),
    path(f"{_QUESTION}text/", custom_question.change_text, name="custom_question_text"),
    path(f"{_QUESTION}file/", custom_question.change, name="custom_question_file"),
    path(f"{_QUESTION}move/", custom_question.move, name="custom_question_file_move"),
    path(f"{_QUESTION}remove/", custom_question.remove, name="custom_question_file_remove"),
    path(f"{_QUESTION}marking/", custom_question.marked, name="custom_question_marking"),
]

_MARKING = "candidates/<int:pk>/marking/<int:attempt_pk>/"

marking_urls: list[URLPattern | URLResolver] = [
    path(_MARKING, marking.marking, name="marking"),
    path(f"{_MARKING}<int:order>/<str:item>/", marking.answer, name="marking_answer"),
    path("uploads/<int:pk>/", marking.download, name="upload_download"),
]

_TEST = "library/tests/<int:pk>/"
_VERSION = f"{_TEST}versions/<int:version_pk>/"

library_urls: list[URLPattern | URLResolver] = [
    path("library/", library.tests, name="library"),
    path("library/tests/import/", library_packs.import_, name="test_import"),
    path(_TEST, library.test, name="test"),
    path(f"{_TEST}items/", library.items, name="test_items"),
    path(f"{_TEST}preview/", preview.preview, name="test_preview"),
    path(f"{_TEST}export/", library.export, name="test_export"),
    path(f"{_TEST}manual/", library.manual, name="test_manual"),
    path(f"{_TEST}manual/download/", library.download, name="test_manual_download"),
    path(f"{_TEST}archive/", library.archive, name="test_archive"),
    path(f"{_TEST}restore/", library.restore, name="test_restore"),
    path(f"{_VERSION}sign-off/", library_packs.sign_off, name="test_sign_off"),
    path(f"{_VERSION}publish/", library_packs.publish, name="test_publish_pack"),
    path(f"{_VERSION}discard/", library_packs.discard, name="test_discard_pack"),
]

_PART = "p/<token>/assessment/<int:order>/"

public_urls = [
    path("p/<token>/assessment/", attempt.overview_page, name="portal_assessment"),
    path("p/<token>/assessment/result/", attempt.candidate_result, name="portal_assessment_result"),
    path("p/<token>/assessment/decline/", attempt.decline_page, name="portal_assessment_decline"),
    path("p/<token>/assessment/language/", attempt.language_page, name="portal_assessment_language"),
    path("p/<token>/assessment/computer/", attempt.link_page, name="portal_assessment_link"),
    path(
        "p/<token>/assessment/adjustment/",
        adjustments.request_page,
        name="portal_assessment_adjustment",
    ),
    path(
        "p/<token>/assessment/adjustment/withdraw/",
        adjustments.withdraw,
        name="portal_assessment_adjustment_withdraw",
    ),
    path("e/<token>/", expert.home, name="expert"),
    path("e/<token>/<int:number>/", expert.situation, name="expert_situation"),
    path("e/<token>/decline/", expert.decline, name="expert_decline"),
    path("e/<token>/data/", expert.data, name="expert_data"),
    path("a/<token>/", adjustments.answer_page, name="adjustment_answer"),
    path(f"{_PART}form/", attempt.form_of_part, name="portal_assessment_form"),
    path(_PART, attempt.part_page, name="portal_assessment_part"),
    path(f"{_PART}practice/<int:number>/", attempt.practice, name="portal_assessment_practice"),
    path(f"{_PART}item/<int:number>/", item.item, name="portal_assessment_item"),
    path(f"{_PART}screens/", item.all_screens, name="portal_assessment_screens"),
    path(f"{_PART}ping/", item.ping, name="portal_assessment_ping"),
    path(f"{_PART}observations/", item.observe_page, name="portal_assessment_observation"),
    path(f"{_PART}reconnect/", item.reconnect, name="portal_assessment_reconnect"),
    path(f"{_PART}finish/", attempt.finish_page, name="portal_assessment_finish"),
    path("t/<token>/", verification.handover, name="verification"),
    path("t/<token>/start/", verification.start, name="verification_start"),
    path("t/<token>/practice/<int:number>/", verification.practice, name="verification_practice"),
    path("t/<token>/task/<int:number>/", verification.task_page, name="verification_task"),
    path("t/<token>/ping/", verification.ping, name="verification_ping"),
    path("t/<token>/reconnect/", verification.reconnect, name="verification_reconnect"),
]

#: URLs below /o/<slug>/
member_urls: list[URLPattern | URLResolver] = [
    *judgement_urls,
    *custom_question_urls,
    *marking_urls,
    *library_urls,
    path(f"{_TEST}norms/", norms.norms, name="test_norms"),
    path(f"{_TEST}norms/make/", norms.make, name="test_norms_make"),
    path(f"{_TEST}norms/calibrate/", norms.calibrate, name="test_calibrate"),
    path(
        "candidates/<int:pk>/assessment/flags/<int:flag_pk>/dismiss/",
        dismiss_flag,
        name="attempt_flag_dismiss",
    ),
]
