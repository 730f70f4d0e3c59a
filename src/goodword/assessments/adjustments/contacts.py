"""The contact for adjustment requests: a person outside the hiring team, if there is one."""

from collections.abc import Collection
from dataclasses import dataclass

from goodword.accounts.models import Organisation, admins_of, is_deactivated
from goodword.candidates.models import Application, recruiter_of
from goodword.core.addresses import normalised
from goodword.roles.models import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustmentContact:
    """`outside`: whether the person is outside the role's hiring team."""

    name: str
    address: str
    outside: bool = True


def contact_of(application: Application, *, but: Collection[str] = ()) -> AdjustmentContact:
    """Return the organisation's named contact, else the first admin who isn't hiring for this role, else the recruiter.
    `but`: addresses to skip."""
    passed = _team(application) | {normalised(address) for address in but}
    return next(
        (
            contact
            for contact in _outside(application.organisation)
            if normalised(contact.address) not in passed
        ),
        _recruiter(application),
    )


def is_outside(application: Application, address: str) -> bool:
    return normalised(address) not in _team(application)


def contact_of_role(role: Role) -> AdjustmentContact | None:
    team = _role_team(role)
    return next(
        (contact for contact in _outside(role.organisation) if normalised(contact.address) not in team), None
    )


def _outside(organisation: Organisation) -> list[AdjustmentContact]:
    named = AdjustmentContact(name=organisation.adjustments_name, address=organisation.adjustments_email)
    return [
        *([named] if named.address and not is_deactivated(organisation, named.address) else []),
        *(
            AdjustmentContact(name=member.user.name, address=member.user.email)
            for member in admins_of(organisation)
        ),
    ]


def _team(application: Application) -> set[str]:
    team = {normalised(recruiter_of(application).address)}
    return team if application.role is None else team | _role_team(application.role)


def _role_team(role: Role) -> set[str]:
    team = {role.owner.user.email, *role.viewers.values_list("user__email", flat=True)}
    return {normalised(address) for address in team}


def _recruiter(application: Application) -> AdjustmentContact:
    recruiter = recruiter_of(application)
    return AdjustmentContact(name=recruiter.name, address=recruiter.address, outside=False)
