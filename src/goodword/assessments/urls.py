"""The candidate's pages of an assessment, below their link."""

from django.urls import path

from goodword.assessments.views import around, item

public_urls = [
    path("p/<token>/assessment/", around.first_page, name="portal_assessment"),
    path("p/<token>/assessment/practice/", around.practice, name="portal_assessment_practice"),
    path("p/<token>/assessment/<int:number>/", item.item, name="portal_assessment_item"),
    path("p/<token>/assessment/finish/", around.last_page, name="portal_assessment_finish"),
    path("p/<token>/assessment/decline/", around.decline_page, name="portal_assessment_decline"),
]
