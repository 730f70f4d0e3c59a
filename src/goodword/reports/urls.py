from django.urls import URLPattern, URLResolver, path

from goodword.reports import views

member_urls: list[URLPattern | URLResolver] = [
    path("reports/<int:pk>.pdf", views.report_pdf, name="report_pdf"),
    path("reports/<int:pk>/rebuild/", views.report_rebuild, name="report_rebuild"),
]
public_urls: list[URLPattern | URLResolver] = [path("s/<str:token>/", views.share, name="report_share")]
