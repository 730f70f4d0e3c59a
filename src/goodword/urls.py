"""URLs: members' pages under /o/<slug>/, secret links under one letter each, the webhook endpoint."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from goodword.assessments import urls as assessments
from goodword.core.doctor import proxy
from goodword.core.health import health, ready
from goodword.core.responses import security_txt
from goodword.demo.views import clock_page
from goodword.greenhouse import urls as greenhouse
from goodword.notifications import views as notifications
from goodword.questionnaires import urls as questionnaires
from goodword.questionnaires.gallery import gallery as question_gallery
from goodword.references import urls as references
from goodword.reports import urls as reports
from goodword.workspace import urls as workspace

MEMBER: list[URLPattern | URLResolver] = [
    *references.member_urls,
    *reports.member_urls,
    *greenhouse.member_urls,
    *assessments.member_urls,
    *questionnaires.member_urls,
    *workspace.member_urls,
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health, name="health"),
    path(".well-known/security.txt", security_txt, name="security_txt"),
    path("readyz", ready, name="ready"),
    path("proxy-check", proxy.seen, name="proxy_check"),
    path("accounts/", include("goodword.accounts.urls")),
    path("ui/", include("goodword.ui.urls")),
    path("o/<slug:slug>/", include(MEMBER)),
    *assessments.public_urls,
    *references.public_urls,
    *reports.public_urls,
    *workspace.public_urls,
    *greenhouse.public_urls,
    *notifications.public_urls,
]

handler403 = "goodword.accounts.views.no_access"
handler404 = "goodword.accounts.views.not_found"
handler500 = "goodword.core.responses.failed"
handler400 = "goodword.core.responses.not_understood"

if settings.DEBUG or settings.GOODWORD_ENV == "test":
    urlpatterns.append(path("ui/gallery/questions/", question_gallery, name="question_gallery"))
if settings.GOODWORD_CLOCK_MAY_MOVE:
    urlpatterns.append(path("_demo/clock/", clock_page, name="demo_clock"))
