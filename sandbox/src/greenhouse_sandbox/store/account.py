from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from greenhouse_sandbox.store.table import Row

FIELD_TYPES = (
    "job",
    "opening",
    "standard",
    "offer",
    "compensation_frequency",
    "candidate",
    "referral_question",
    "application",
    "rejection_question",
    "form",
    "agency_question",
    "user_attribute",
)
VALUE_TYPES = (
    "short_text",
    "long_text",
    "yes_no",
    "single_select",
    "multi_select",
    "currency",
    "number",
    "date",
    "url",
    "currency_range",
    "number_range",
    "user",
    "linked",
    "header",
    "statement",
    "attachment",
    "rich_text",
    "date_of_birth",
)
SELECTS = ("single_select", "multi_select")


@dataclass(kw_only=True)
class ApiKey(Row):
    description: str
    partner: str
    key_hash: str
    hint: str
    created_by_id: int
    permissions: list[str] = field(default_factory=list)
    revoked: bool = False


@dataclass(kw_only=True)
class OAuthClient(Row):
    """`redirect_uris`: empty means any address. `latest_tokens`: number of the last token by acting user."""

    description: str
    partner: str
    client_id: str
    secret_hash: str
    hint: str
    created_by_id: int
    service_user_id: int
    scopes: list[str] = field(default_factory=list)
    revoked: bool = False
    redirect_uris: list[str] = field(default_factory=list)
    latest_tokens: dict[str, str] = field(default_factory=dict)


@dataclass(kw_only=True)
class Grant(Row):
    """A code or refresh token (`kind`), stored as a hash."""

    kind: str
    secret_hash: str
    oauth_client_id: int
    user_id: int
    expires_at: datetime
    scopes: list[str] = field(default_factory=list)
    redirect_uri: str = ""
    used: bool = False


@dataclass(kw_only=True)
class CustomField(Row):
    field_type: str
    name: str
    name_key: str
    value_type: str
    sort_order: int = 0
    private: bool = False
    required: bool = False
    require_approval: bool = False
    trigger_new_version: bool = False
    active: bool = True
    internal_type: str | None = None
    description: str | None = None
    api_only: bool | None = None
    updated_by_id: int | None = None


@dataclass(kw_only=True)
class CustomFieldOption(Row):
    """`active=False` means removed."""

    custom_field_id: int
    name: str
    sort_order: int = 0
    external_id: str | None = None
    active: bool = True


@dataclass(kw_only=True)
class BulkRequest(Row):
    """`results` has one entry for each record, in the order of the request."""

    bulk_action_uuid: str
    requested_by_user_id: int
    api_endpoint: str
    record_count: int
    success_count: int
    failure_count: int
    status: str = "completed"
    callback_url: str | None = None
    completed_at: datetime | None = None
    results: list[dict[str, Any]] = field(default_factory=list)
