"""What allauth and python3-saml don't check in SAML messages. Needs the extra goodword[saml]."""

from typing import Any, Final

from allauth.socialaccount.providers.saml.utils import build_auth, get_app_or_404
from allauth.socialaccount.providers.saml.views import FinishACSView
from django.http import HttpRequest
from onelogin.saml2.auth import OneLogin_Saml2_Auth
from onelogin.saml2.xml_utils import OneLogin_Saml2_XML

_RESTRICTIONS: Final = "//saml:Assertion/saml:Conditions/saml:AudienceRestriction"


class FinishSignIn(FinishACSView):  # type: ignore[misc]  # the library has no types
    """Refuses assertions that aren't restricted to Goodword. SAML requires the restriction (Web Browser SSO profile,
    4.1.4.2), python3-saml only checks it if there is one."""

    def get_provider(self, organization_slug: str) -> Any:
        provider = super().get_provider(organization_slug)
        accept = provider.sociallogin_from_response

        def accept_if_for_us(request: HttpRequest, response: OneLogin_Saml2_Auth) -> Any:
            if not _is_for_us(response):
                raise ValueError("the assertion isn't restricted to Goodword")
            return accept(request, response)

        provider.sociallogin_from_response = accept_if_for_us
        return provider


def _is_for_us(response: OneLogin_Saml2_Auth) -> bool:
    """Whether the assertion has an AudienceRestriction and each of them names Goodword. `response` must be valid."""
    ours = response.get_settings().get_sp_data()["entityId"]
    restrictions = OneLogin_Saml2_XML.query(
        OneLogin_Saml2_XML.to_etree(response.get_last_response_xml()), _RESTRICTIONS
    )
    return bool(restrictions) and all(
        ours in map(OneLogin_Saml2_XML.element_text, OneLogin_Saml2_XML.query(one, "saml:Audience"))
        for one in restrictions
    )


def has_page_after_sign_out(request: HttpRequest, organization_slug: str) -> bool:
    """Whether there is a page to redirect to after the provider's request to sign out. If not, python3-saml signs out,
    then raises AssertionError."""
    if "SAMLResponse" in request.GET or "RelayState" in request.GET:
        return True
    provider = get_app_or_404(request, organization_slug).get_provider(request)
    return bool(build_auth(request, provider).get_slo_response_url())
