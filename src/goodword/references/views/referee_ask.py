"""A referee asks the recruiter a question."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from goodword.references.views import referee_door
from goodword.references.views.referee_door import AtRequest
from goodword.steps.asking import ask_page


@require_http_methods(["GET", "HEAD", "POST"])
@referee_door.opens(only_open=False)
def ask(request: HttpRequest, at: AtRequest) -> HttpResponse:
    """The form, and after sending the word that it is on its way. A reply goes to the address that we know."""
    referee, about = at.request.referee, at.context
    context: dict[str, object] = {
        "token": at.token,
        "organisation": about.organisation,
        "contact_name": about.recruiter.name,
        "contact_email": about.recruiter.address,
        **referee_door.layout(at),
    }
    return ask_page(
        request,
        application=about.application,
        by=f"referee:{referee.pk}",
        name=referee.name,
        address=referee.email,
        back=reverse("referee", args=[at.token]),
        context=context,
        switched=at.switched,
    )
