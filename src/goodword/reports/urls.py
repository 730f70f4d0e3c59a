from django.urls import URLPattern, URLResolver, path

from goodword.reports import views

member_urls: list[URLPattern | URLResolver] = [
    path("reports/<int:pk>.pdf", views.report_pdf, name="report_pdf"),
    path("reports/<int:pk>/render/", views.report_render_again, name="report_render_again"),
    path("reports/<int:pk>/links/", views.report_links, name="report_links"),
    path(
        "reports/<int:pk>/links/<int:link_pk>/revoke/",
        views.report_link_revoke,
        name="report_link_revoke",
    ),
]
public_urls: list[URLPattern | URLResolver] = [
    path("s/<str:token>/", views.shared_report, name="shared_report"),
    path("verify/", views.verify_report, name="verify_report"),
]
