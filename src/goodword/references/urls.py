from django.urls import URLPattern, URLResolver, path

from goodword.references.flags.display import dismiss_flag
from goodword.references.views import candidate, nominations, referee, referee_data, self_reference

member_urls: list[URLPattern | URLResolver] = [
    path("candidates/<int:pk>/flags/<int:flag_pk>/dismiss/", dismiss_flag, name="flag_dismiss"),
]
public_urls: list[URLPattern | URLResolver] = [
    path("p/<str:token>/references/", candidate.home, name="portal_check"),
    path("p/<str:token>/references/notice/", candidate.notice, name="portal_check_notice"),
    path("p/<str:token>/references/language/", candidate.language, name="portal_check_language"),
    path("p/<str:token>/references/review/", nominations.review, name="portal_check_review"),
    path("p/<str:token>/references/decline/", candidate.decline_check, name="portal_check_decline"),
    path("p/<str:token>/references/<int:slot>/", nominations.referee, name="portal_check_referee"),
    path(
        "p/<str:token>/references/<int:slot>/another/",
        nominations.another,
        name="portal_check_another",
    ),
    path("p/<str:token>/references/<int:slot>/validate/", nominations.validate, name="portal_check_validate"),
    path("p/<str:token>/references/<int:slot>/remove/", nominations.remove, name="portal_check_remove"),
    path("p/<str:token>/references/<int:slot>/cannot/", nominations.cannot, name="portal_check_cannot"),
    path("p/<str:token>/references/<int:slot>/nudge/", nominations.nudge, name="portal_check_nudge"),
    path("p/<str:token>/references/self-reference/", self_reference.home, name="portal_self_reference"),
    path(
        "p/<str:token>/references/self-reference/begin/",
        self_reference.begin,
        name="portal_self_reference_begin",
    ),
    path(
        "p/<str:token>/references/self-reference/questions/<int:number>/",
        self_reference.questions,
        name="portal_self_reference_page",
    ),
    path(
        "p/<str:token>/references/self-reference/review/",
        self_reference.review,
        name="portal_self_reference_review",
    ),
    path("r/<str:token>/fresh/", referee.fresh_link, name="referee_fresh"),
    path("r/<str:token>/", referee.home, name="referee"),
    path("r/<str:token>/language/", referee.language, name="referee_language"),
    path("r/<str:token>/begin/", referee.begin, name="referee_begin"),
    path("r/<str:token>/questions/<int:number>/", referee.questions, name="referee_page"),
    path("r/<str:token>/review/", referee.review, name="referee_review"),
    path("r/<str:token>/facts/", referee.facts, name="referee_facts"),
    path("r/<str:token>/copy/", referee.send_copy, name="referee_copy"),
    path("r/<str:token>/ask/", referee.ask, name="referee_ask"),
    path("r/<str:token>/opt-out/", referee.opt_out, name="referee_opt_out"),
    path("r/<str:token>/data/", referee_data.data, name="referee_data"),
    path("r/<str:token>/data/link/", referee_data.send_link, name="referee_data_link"),
    path("dr/<str:token>/", referee_data.own_data, name="referee_own_data"),
    path("dr/<str:token>/link/", referee_data.send_own_again, name="referee_own_data_link"),
    path("dr/<str:token>/download/", referee_data.download, name="referee_own_data_download"),
    path("dr/<str:token>/erase/", referee_data.erase, name="referee_own_data_erase"),
    path("r/<str:token>/no/", referee.decline, name="referee_decline"),
]
