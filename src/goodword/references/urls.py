"""Addresses of the candidate's and the referee's pages of a reference check."""

from django.urls import URLPattern, URLResolver, path

from goodword.references.views import candidate, referee, referee_no, referee_questions

public_urls: list[URLPattern | URLResolver] = [
    path("p/<str:token>/references/", candidate.home, name="portal_check"),
    path("p/<str:token>/references/<int:slot>/", candidate.referee, name="portal_check_referee"),
    path("p/<str:token>/references/<int:slot>/another/", candidate.another, name="portal_check_another"),
    path("p/<str:token>/references/<int:slot>/remove/", candidate.remove, name="portal_check_remove"),
    path("p/<str:token>/references/review/", candidate.review, name="portal_check_review"),
    path("p/<str:token>/references/decline/", candidate.decline_check, name="portal_check_decline"),
    path("r/<str:token>/", referee.home, name="referee"),
    path("r/<str:token>/language/", referee.language, name="referee_language"),
    path("r/<str:token>/begin/", referee_questions.begin, name="referee_begin"),
    path("r/<str:token>/questions/<int:number>/", referee_questions.questions, name="referee_page"),
    path("r/<str:token>/review/", referee_questions.review, name="referee_review"),
    path("r/<str:token>/facts/", referee_questions.facts, name="referee_facts"),
    path("r/<str:token>/copy/", referee.send_copy, name="referee_copy"),
    path("r/<str:token>/no/", referee_no.say_no, name="referee_decline"),
]
