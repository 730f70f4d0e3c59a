"""The client's errors: what happened (`sentence`) and what to do (`remedy`), without secrets or addresses."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Where:
    """`status` is None if there was no response."""

    method: str
    path: str
    status: int | None = None
    request_id: str | None = None

    def __str__(self) -> str:
        parts = [f"{self.method} {self.path}"]
        parts.append("no answer" if self.status is None else str(self.status))
        if self.request_id:
            parts.append(f"request {self.request_id}")
        return ", ".join(parts)


class HarvestError(Exception):
    """`outcome_unknown`: the write may have succeeded despite the error."""

    def __init__(self, where: Where, *, detail: str = "", outcome_unknown: bool = False) -> None:
        super().__init__(where, detail)
        self.where = where
        self.detail = detail
        self.outcome_unknown = outcome_unknown

    @property
    def sentence(self) -> str:
        return "Greenhouse could not process the request."

    @property
    def remedy(self) -> str:
        return "Try again later."

    @property
    def method(self) -> str:
        return self.where.method

    @property
    def path(self) -> str:
        return self.where.path

    @property
    def status(self) -> int | None:
        return self.where.status

    @property
    def request_id(self) -> str | None:
        return self.where.request_id

    def __str__(self) -> str:
        detail = f" {self.detail}" if self.detail and self.detail not in self.sentence else ""
        return f"{self.sentence}{detail} ({self.where})"

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.where})"


class Refusal(StrEnum):
    WRONG = "wrong"
    REVOKED_OR_EXPIRED = "revoked_or_expired"
    UNKNOWN = "unknown"

    @classmethod
    def after(cls, worked_before: bool | None) -> "Refusal":
        if worked_before is None:
            return cls.UNKNOWN
        return cls.REVOKED_OR_EXPIRED if worked_before else cls.WRONG


class Unauthorised(HarvestError):
    """`may_be_permission`: v1 also returns 401 for a missing permission; `probe_all` distinguishes the two."""

    def __init__(
        self, where: Where, *, kind: Refusal, may_be_permission: bool = False, detail: str = ""
    ) -> None:
        super().__init__(where, detail=detail)
        self.kind = kind
        self.may_be_permission = may_be_permission

    @property
    def sentence(self) -> str:
        return {
            Refusal.WRONG: "Greenhouse does not know this key, or it has no permissions."
            if self.may_be_permission
            else "Greenhouse does not know this client ID and client secret.",
            Refusal.REVOKED_OR_EXPIRED: "Greenhouse no longer accepts this key: it was revoked or expired.",
            Refusal.UNKNOWN: "Greenhouse did not accept the key.",
        }[self.kind]

    @property
    def remedy(self) -> str:
        if self.kind is Refusal.WRONG and self.may_be_permission:
            return (
                "Copy the complete key from Greenhouse again, and check that it is a Harvest key. If it is right, "
                "tick its permissions there."
            )
        if self.kind is Refusal.WRONG:
            return "Copy both again from Greenhouse, in full, from one credential of type Harvest V3 (OAuth)."
        return (
            "Create a new credential in Greenhouse (Configure > Dev Center > API Credential Management) and set "
            "it here."
        )


SITE_ADMIN = (
    "Harvest v3 only answers Site Admins. In Greenhouse, make the user of this credential a Site Admin, or enter "
    "one under Act as."
)


class Forbidden(HarvestError):
    def __init__(
        self,
        where: Where,
        *,
        permission: str,
        scopes: tuple[str, ...] = (),
        acting_user: bool = False,
        detail: str = "",
    ) -> None:
        super().__init__(where, detail=detail)
        self.permission = permission
        self.scopes = scopes
        self.acting_user = acting_user

    @property
    def sentence(self) -> str:
        return f"Greenhouse does not let this key use {self.permission}."

    @property
    def remedy(self) -> str:
        ticks = " and ".join(self.scopes) if self.scopes else f"everything under {self.permission}"
        tick = f"In Greenhouse, edit the credential and tick {ticks}."
        return f"{tick} {SITE_ADMIN}" if self.acting_user else tick


class NotFound(HarvestError):
    @property
    def sentence(self) -> str:
        if self.status == 410:
            return "Greenhouse has switched this API off."
        return "Greenhouse found nothing at this address."

    @property
    def remedy(self) -> str:
        if self.status == 410:
            return "Connect with Harvest v3 (OAuth) instead."
        return "Check that the record still exists in Greenhouse, and that the base address is right."


class Invalid(HarvestError):
    @property
    def sentence(self) -> str:
        end = "" if not self.detail or self.detail.endswith(".") else "."
        return f"Greenhouse did not accept the request. {self.detail}{end}".rstrip()

    @property
    def remedy(self) -> str:
        if not self.detail:
            return "It gave no reason; trying again won't help."
        return "Correct what Greenhouse objects to; trying again as it is won't help."


class RateLimited(HarvestError):
    """The request was not carried out. `wait` is in seconds."""

    @property
    def remedy(self) -> str:
        return "Goodword tries again after that."

    def __init__(self, where: Where, *, wait: float, detail: str = "") -> None:
        super().__init__(where, detail=detail)
        self.wait = wait

    @property
    def sentence(self) -> str:
        return f"Greenhouse asks Goodword to wait {self.wait:.0f} seconds."


class Unavailable(HarvestError):
    @property
    def sentence(self) -> str:
        if self.status is None:
            return "Greenhouse cannot be reached at the moment."
        return "Greenhouse has an internal error at the moment."

    @property
    def remedy(self) -> str:
        return "Goodword tries again. If it persists, check status.greenhouse.io and this server's network."


class NotJson(Unavailable):
    """A web page or a redirect, as during maintenance, or half an answer."""

    @property
    def sentence(self) -> str:
        over = (
            " If it persists, Harvest v1 may have been switched off: connect with Harvest v3."
            if "/v1/" in self.path
            else ""
        )
        return f"Greenhouse's API did not return data. It may be down for maintenance.{over}"


class WrongKind(NotJson):
    """Valid JSON of the wrong type, such as a message instead of a list."""


class AddressRefused(Unavailable):
    @property
    def sentence(self) -> str:
        return "The address is in a private network, which this installation does not allow."

    @property
    def remedy(self) -> str:
        return "Use Greenhouse's public address, or have the operator allow private addresses."


class UnexpectedShape(HarvestError):
    """An undocumented response: a record without an id, pages without end, or too long."""

    @property
    def sentence(self) -> str:
        return "Greenhouse's answer could not be read."

    @property
    def remedy(self) -> str:
        report = (
            f"report request {self.request_id} to Greenhouse"
            if self.request_id
            else "report this to Greenhouse"
        )
        return f"Check that the base address is Harvest's. If it is, {report}."


#: errors that would hit every record, not only the one that was read
CONNECTION_ERRORS = (Unavailable, RateLimited, Unauthorised, Forbidden, NotFound)
