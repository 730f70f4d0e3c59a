"""Addresses of the candidate's and the referee's pages of a reference check."""

from django.urls import URLPattern, URLResolver, path

from goodword.references.views import candidate, referee

public_urls: list[URLPattern | URLResolver] = [
    path("p/<str:token>/references/", candidate.home, name="portal_check"),
    path("p/<str:token>/references/<int:slot>/", candidate.referee, name="portal_check_referee"),
    path("p/<str:token>/references/<int:slot>/another/", candidate.another, name="portal_check_another"),
    path("p/<str:token>/references/<int:slot>/remove/", candidate.remove, name="portal_check_remove"),
    path("p/<str:token>/references/review/", candidate.review, name="portal_check_review"),
    path("p/<str:token>/references/decline/", candidate.decline_check, name="portal_check_decline"),
    path("r/<str:token>/", referee.home, name="referee"),
    path("r/<str:token>/begin/", referee.begin, name="referee_begin"),
    path("r/<str:token>/questions/<int:number>/", referee.questions, name="referee_page"),
    path("r/<str:token>/review/", referee.review, name="referee_review"),
    path("r/<str:token>/facts/", referee.facts, name="referee_facts"),
    path("r/<str:token>/no/", referee.say_no, name="referee_decline"),
]
