from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.candidates.models import Application
from goodword.candidates.queries import visible_applications
from goodword.references.models import Check, Referee
from goodword.workspace.step_actions import Target

#: places on the candidate's page
CHECK, REFEREES = "reference_check", "referees"


def check_of(request: MemberRequest, pk: int, check_pk: int) -> tuple[Target, Check]:
    application = access.owned(visible_applications(request.member), pk)
    checks = Check.objects.of(request.organisation).filter(step_request__application=application)
    check = access.owned(checks, check_pk)
    return Target(application=application, ids={"check": check.pk}, anchor=CHECK), check


def referee_of(request: MemberRequest, pk: int, referee_pk: int) -> tuple[Application, Referee]:
    application = access.owned(visible_applications(request.member), pk)
    referees = Referee.objects.of(request.organisation).select_related("request")
    return application, access.owned(
        referees.filter(check_run__step_request__application=application), referee_pk
    )
