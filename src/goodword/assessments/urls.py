"""The candidate's pages of an assessment, who answers for adjustments, and members' pages of the library's tests."""

from django.urls import URLPattern, URLResolver, path

from goodword.assessments import editor_urls
from goodword.assessments.library_urls import library_urls
from goodword.assessments.signs import views as signs
from goodword.assessments.views import adjust, adjust_answer, around, clock, item, norms, noticed, own, sheet

_PART = "p/<token>/assessment/<int:order>/"

public_urls = [
    path("p/<token>/assessment/", around.first_page, name="portal_assessment"),
    path("p/<token>/assessment/result/", own.own_result, name="portal_assessment_result"),
    path("p/<token>/assessment/decline/", around.decline_page, name="portal_assessment_decline"),
    path("p/<token>/assessment/language/", around.language_page, name="portal_assessment_language"),
    path("p/<token>/assessment/computer/", around.link_page, name="portal_assessment_link"),
    path("p/<token>/assessment/adjust/", adjust.adjust, name="portal_assessment_adjust"),
    path("p/<token>/assessment/adjust/back/", adjust.take_back, name="portal_assessment_adjust_back"),
    path("a/<token>/", adjust_answer.adjust_answer, name="adjust_answer"),
    path(f"{_PART}form/", adjust.form_of_part, name="portal_assessment_form"),
    path(_PART, around.part_page, name="portal_assessment_part"),
    path(f"{_PART}practice/<int:number>/", around.practice, name="portal_assessment_practice"),
    path(f"{_PART}item/<int:number>/", item.item, name="portal_assessment_item"),
    path(f"{_PART}sheet/", sheet.sheet, name="portal_assessment_sheet"),
    path(f"{_PART}alive/", clock.alive, name="portal_assessment_alive"),
    path(f"{_PART}noticed/", noticed.noticed, name="portal_assessment_noticed"),
    path(f"{_PART}again/", clock.again, name="portal_assessment_again"),
    path(f"{_PART}finish/", around.last_page, name="portal_assessment_finish"),
]

_TEST = "library/tests/<int:pk>/"

#: below /o/<slug>/
member_urls: list[URLPattern | URLResolver] = [
    *editor_urls.judgement_urls,
    *editor_urls.own_urls,
    *editor_urls.marking_urls,
    *library_urls,
    path(f"{_TEST}norms/", norms.norms, name="test_norms"),
    path(f"{_TEST}norms/make/", norms.make, name="test_norms_make"),
    path(f"{_TEST}norms/calibrate/", norms.calibrate, name="test_calibrate"),
    path(
        "candidates/<int:pk>/assessment/signs/<int:sign_pk>/dismiss/",
        signs.dismiss_sign,
        name="attempt_sign_dismiss",
    ),
]
