"""Addresses of the candidate's and the referee's pages of a reference check, and of what members do with its signs."""

from django.urls import URLPattern, URLResolver, path

from goodword.references.signs.views import dismiss_sign
from goodword.references.views import (
    candidate,
    candidate_referees,
    candidate_send,
    data,
    fresh,
    own,
    referee,
    referee_ask,
    referee_no,
    referee_questions,
)

member_urls: list[URLPattern | URLResolver] = [
    path("candidates/<int:pk>/signs/<int:sign_pk>/dismiss/", dismiss_sign, name="sign_dismiss"),
]
public_urls: list[URLPattern | URLResolver] = [
    path("p/<str:token>/references/", candidate.home, name="portal_check"),
    path("p/<str:token>/references/notice/", candidate.notice, name="portal_check_notice"),
    path("p/<str:token>/references/language/", candidate.language, name="portal_check_language"),
    path("p/<str:token>/references/review/", candidate_send.review, name="portal_check_review"),
    path("p/<str:token>/references/decline/", candidate.decline_check, name="portal_check_decline"),
    path("p/<str:token>/references/<int:slot>/", candidate_referees.referee, name="portal_check_referee"),
    path(
        "p/<str:token>/references/<int:slot>/another/",
        candidate_referees.another,
        name="portal_check_another",
    ),
    path("p/<str:token>/references/<int:slot>/look/", candidate_referees.look, name="portal_check_look"),
    path(
        "p/<str:token>/references/<int:slot>/remove/", candidate_referees.remove, name="portal_check_remove"
    ),
    path(
        "p/<str:token>/references/<int:slot>/cannot/", candidate_referees.cannot, name="portal_check_cannot"
    ),
    path("p/<str:token>/references/<int:slot>/nudge/", candidate_referees.nudge, name="portal_check_nudge"),
    path("p/<str:token>/references/own/", own.home, name="portal_own"),
    path("p/<str:token>/references/own/begin/", own.begin, name="portal_own_begin"),
    path("p/<str:token>/references/own/questions/<int:number>/", own.questions, name="portal_own_page"),
    path("p/<str:token>/references/own/review/", own.review, name="portal_own_review"),
    path("r/<str:token>/fresh/", fresh.fresh, name="referee_fresh"),
    path("r/<str:token>/", referee.home, name="referee"),
    path("r/<str:token>/language/", referee.language, name="referee_language"),
    path("r/<str:token>/begin/", referee_questions.begin, name="referee_begin"),
    path("r/<str:token>/questions/<int:number>/", referee_questions.questions, name="referee_page"),
    path("r/<str:token>/review/", referee_questions.review, name="referee_review"),
    path("r/<str:token>/facts/", referee_questions.facts, name="referee_facts"),
    path("r/<str:token>/copy/", referee.send_copy, name="referee_copy"),
    path("r/<str:token>/ask/", referee_ask.ask, name="referee_ask"),
    path("r/<str:token>/never-again/", referee_no.never_again, name="referee_never_again"),
    path("r/<str:token>/data/", data.data, name="referee_data"),
    path("r/<str:token>/data/link/", data.send_link, name="referee_data_link"),
    path("dr/<str:token>/", data.own, name="referee_own_data"),
    path("dr/<str:token>/link/", data.send_own_again, name="referee_own_data_link"),
    path("dr/<str:token>/download/", data.download, name="referee_own_data_download"),
    path("dr/<str:token>/erase/", data.erase, name="referee_own_data_erase"),
    path("r/<str:token>/no/", referee_no.say_no, name="referee_decline"),
]
