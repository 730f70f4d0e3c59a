"""Custom fields: what an account records beyond Greenhouse's own members, and the options to choose from."""

from dataclasses import dataclass

from greenhouse_sandbox.store.row import Row

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
class CustomField(Row):
    """A field of all records of one kind. `name_key` never changes. `active=False` means archived."""

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
    """One choice of a select field. `active=False` means removed."""

    custom_field_id: int
    name: str
    sort_order: int = 0
    external_id: str | None = None
    active: bool = True
