"""The allauth pages that members need. The page for e-mail addresses is left out, since any address could be claimed
there."""

from allauth.account import views
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkeys
from django.apps import apps
from django.urls import URLPattern, URLResolver, path, re_path

from goodword.accounts.access import factor_used
from goodword.accounts.double_clicks import once
from goodword.accounts.first_admin import first_admin
from goodword.accounts.reauthentication import back_if_lost, required
from goodword.accounts.second_factor import (
    one_at_a_time,
    unless_being_removed,
    unless_lost,
    unless_removed,
)
from goodword.accounts.sign_in import user_of_reset_link
from goodword.accounts.single_sign_on import (
    continue_suspended,
    limited,
    metadata_if_readable,
    needs_signature,
    reauthenticate,
    show_failures,
)
from goodword.accounts.views import (
    NewRecoveryCodes,
    account,
    end_session,
    second_factor_needed,
    session,
    sign_out_everywhere,
    signed_in_again,
    to_account,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", factor_used(account), name="account"),
    path("sessions/<int:pk>/end/", factor_used(end_session), name="account_end_session"),
    path("session/", session, name="account_session"),
    path("signed-in-again/", signed_in_again, name="account_signed_in_again"),
    path("sign-out-everywhere/", sign_out_everywhere, name="account_sign_out_everywhere"),
    path("second-factor/for/<slug:slug>/", second_factor_needed, name="account_second_factor"),
    path("first/", first_admin, name="first_admin"),
    path("login/", views.login, name="account_login"),
    path("login/passkey/", unless_being_removed(passkeys.login_webauthn), name="mfa_login_webauthn"),
    path("login/code/", unless_being_removed(mfa.authenticate), name="mfa_authenticate"),
    path("logout/", views.logout, name="account_logout"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    path("signup/", views.signup, name="account_signup"),  # says that sign-up is closed
    path("reauthenticate/", back_if_lost(views.reauthenticate), name="account_reauthenticate"),
    path(
        "reauthenticate/code/",
        back_if_lost(unless_being_removed(mfa.reauthenticate)),
        name="mfa_reauthenticate",
    ),
    path(
        "reauthenticate/passkey/",
        back_if_lost(unless_being_removed(passkeys.reauthenticate_webauthn)),
        name="mfa_reauthenticate_webauthn",
    ),
    path(
        "reauthenticate/with/<slug:provider_id>/",
        show_failures(reauthenticate),
        name="account_reauthenticate_single_sign_on",
    ),
    path("reauthenticate/continue/", back_if_lost(continue_suspended), name="account_continue"),
    path("second-factor/", to_account, name="mfa_index"),
    path("second-factor/app/", required(one_at_a_time(totp.activate_totp)), name="mfa_activate_totp"),
    path(
        "second-factor/app/remove/",
        required(unless_removed(totp.deactivate_totp)),
        name="mfa_deactivate_totp",
    ),
    path("recovery-codes/", required(unless_lost(codes.view_recovery_codes)), name="mfa_view_recovery_codes"),
    path(
        "recovery-codes/new/",
        required(one_at_a_time(NewRecoveryCodes.as_view())),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "recovery-codes/download/",
        required(unless_lost(codes.download_recovery_codes)),
        name="mfa_download_recovery_codes",
    ),
    path("passkeys/", to_account, name="mfa_list_webauthn"),
    path("passkeys/add/", required(passkeys.add_webauthn), name="mfa_add_webauthn"),
    path(
        "passkeys/<int:pk>/rename/",
        required(unless_removed(passkeys.edit_webauthn)),
        name="mfa_edit_webauthn",
    ),
    path(
        "passkeys/<int:pk>/remove/",
        required(unless_removed(passkeys.remove_webauthn)),
        name="mfa_remove_webauthn",
    ),
    path("password/change/", factor_used(views.password_change), name="account_change_password"),
    path("password/set/", required(views.password_set), name="account_set_password"),
    path("password/reset/", views.password_reset, name="account_reset_password"),
    path("password/reset/done/", views.password_reset_done, name="account_reset_password_done"),
    path(
        "password/reset/key/done/",
        views.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        # allauth checks the link before it sets the password
        once(one_at_a_time(views.password_reset_from_key, whose=user_of_reset_link)),
        name="account_reset_password_from_key",
    ),
]

if apps.is_installed("allauth.socialaccount.providers.openid_connect"):
    from allauth.socialaccount.providers.openid_connect import views as oidc

    urlpatterns += [
        path("oidc/<slug:provider_id>/login/", show_failures(oidc.login), name="openid_connect_login"),
        path(
            "oidc/<slug:provider_id>/login/callback/",
            show_failures(oidc.callback),
            name="openid_connect_callback",
        ),
    ]

if apps.is_installed("allauth.socialaccount.providers.saml"):
    from allauth.socialaccount.providers.saml import views as saml

    from goodword.accounts.saml import FinishSignIn

    urlpatterns += [
        path("saml/<slug:organization_slug>/login/", show_failures(saml.login), name="saml_login"),
        path("saml/<slug:organization_slug>/acs/", limited(saml.acs), name="saml_acs"),
        path(
            "saml/<slug:organization_slug>/acs/finish/",
            show_failures(FinishSignIn.as_view()),
            name="saml_finish_acs",
        ),
        path(
            "saml/<slug:organization_slug>/sls/",
            show_failures(needs_signature(saml.sls), signs_out=True),
            name="saml_sls",
        ),
        path(
            "saml/<slug:organization_slug>/metadata/",
            metadata_if_readable(saml.metadata),
            name="saml_metadata",
        ),
    ]
