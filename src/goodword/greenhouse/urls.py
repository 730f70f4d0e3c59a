from django.urls import URLPattern, URLResolver, path

from goodword.greenhouse.inbox import endpoint
from goodword.greenhouse.inbox import views as inbox
from goodword.greenhouse.reconciliation import views as reconciliation
from goodword.greenhouse.setup.views import health, integrations, key, notes, webhooks

_INTEGRATIONS = "settings/integrations/"
_INBOX = f"{_INTEGRATIONS}greenhouse/inbox/"
_ONE = f"{_INTEGRATIONS}greenhouse/<int:pk>/"
_SYNC = f"{_ONE}sync/"
_MISSED = f"{_SYNC}missed-invitations/"

public_urls: list[URLPattern | URLResolver] = [
    path("hooks/greenhouse/<str:endpoint_key>/", endpoint.receive, name="greenhouse_hook"),
    # people may copy the URL without its final slash, and Greenhouse counts a redirect as a failure
    path("hooks/greenhouse/<str:endpoint_key>", endpoint.receive, name="greenhouse_hook_cut"),
]

member_urls: list[URLPattern | URLResolver] = [
    path(_INTEGRATIONS, integrations.integrations, name="integrations"),
    path(f"{_INTEGRATIONS}greenhouse/key/", key.set_key, name="greenhouse_connect"),
    path(f"{_ONE}key/", key.set_key, name="greenhouse_replace_key"),
    path(f"{_ONE}check/", integrations.check_again, name="greenhouse_check"),
    path(f"{_ONE}name/", integrations.rename, name="greenhouse_rename"),
    path(f"{_ONE}author/", integrations.author, name="greenhouse_author"),
    path(f"{_ONE}disconnect/", integrations.disconnect, name="greenhouse_disconnect"),
    path(_ONE, health.health, name="greenhouse_health"),
    path(f"{_ONE}test/", health.test_now, name="greenhouse_test"),
    path(f"{_ONE}failed/", health.retry_failed, name="greenhouse_retry_failed"),
    path(f"{_ONE}webhooks/", webhooks.webhooks, name="greenhouse_webhooks"),
    path(f"{_ONE}webhooks/pings/", webhooks.pings, name="greenhouse_pings"),
    path(f"{_ONE}secret/", webhooks.rotate, name="greenhouse_rotate"),
    path(f"{_ONE}secret/end/", webhooks.end_old, name="greenhouse_end_old"),
    path("settings/notes/", notes.notes, name="note_settings"),
    path("settings/notes/example/", notes.note_example, name="note_example"),
    path(f"{_ONE}test-note/", notes.choose_candidate, name="greenhouse_test_note"),
    path(f"{_ONE}test-note/write/", notes.post_test_note, name="greenhouse_test_note_write"),
    path(f"{_ONE}test-note/<int:note_pk>/", notes.test_note_outcome, name="greenhouse_test_note_outcome"),
    path(_SYNC, reconciliation.sync, name="greenhouse_sync"),
    path(f"{_SYNC}progress/", reconciliation.progress, name="greenhouse_sync_progress"),
    path(f"{_SYNC}now/", reconciliation.sync_now, name="greenhouse_sync_now"),
    path(_MISSED, reconciliation.missed_invitations, name="greenhouse_missed_invitations"),
    path(f"{_MISSED}invite/", reconciliation.invite, name="greenhouse_missed_invite"),
    path(f"{_MISSED}dismiss/", reconciliation.dismiss, name="greenhouse_missed_dismiss"),
    path(_INBOX, inbox.delivery_list, name="greenhouse_inbox"),
    path(f"{_INBOX}replay/", inbox.replay_failed, name="greenhouse_replay_failed"),
    path(f"{_INBOX}<int:pk>/", inbox.delivery_detail, name="greenhouse_delivery"),
    path(f"{_INBOX}<int:pk>/replay/", inbox.replay_delivery, name="greenhouse_replay"),
]
