from django.urls import URLPattern, URLResolver, path

from goodword.greenhouse.reconciliation import views

_SYNC = "settings/integrations/greenhouse/<int:pk>/sync/"
_MISSED = f"{_SYNC}missed-invitations/"

member_urls: list[URLPattern | URLResolver] = [
    path(_SYNC, views.sync, name="greenhouse_sync"),
    path(f"{_SYNC}progress/", views.progress, name="greenhouse_sync_progress"),
    path(f"{_SYNC}now/", views.sync_now, name="greenhouse_sync_now"),
    path(_MISSED, views.missed_invitations, name="greenhouse_missed_invitations"),
    path(f"{_MISSED}invite/", views.invite, name="greenhouse_missed_invite"),
    path(f"{_MISSED}dismiss/", views.dismiss, name="greenhouse_missed_dismiss"),
]
