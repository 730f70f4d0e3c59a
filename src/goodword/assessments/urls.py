from django.urls import URLPattern, URLResolver, path

from goodword.assessments.flags.display import dismiss_flag
from goodword.assessments.kinds.custom_questions import urls as custom
from goodword.assessments.kinds.judgement import urls as judgement
from goodword.assessments.views import (
    adjustments,
    attempt,
    item,
    library,
    library_packs,
    norms,
    preview,
    verification,
)

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
    *judgement.public_urls,
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

member_urls: list[URLPattern | URLResolver] = [
    *judgement.member_urls,
    *custom.member_urls,
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
