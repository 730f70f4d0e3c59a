import re
from collections.abc import Iterable
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from goodword.accounts.concurrent_edits import NoticesChanges
from goodword.accounts.models import Membership, Organisation
from goodword.core.addresses import normalised
from goodword.roles.models import Role
from goodword.workspace.members.changes import Change, owned_roles, possible_successors

Kind = Membership.Kind

#: maximum invitations per submission
AT_MOST: Final = 50

_MEANING = {
    Kind.ADMIN: gettext_lazy(
        "Everything, including Greenhouse, members and erasing data. Sees private candidates."
    ),
    Kind.RECRUITER: gettext_lazy(
        "Sets up roles, invites and reminds candidates, reads results (of confidential roles only if added). "
        "No organisation settings."
    ),
    Kind.HIRING_MANAGER: gettext_lazy(
        "Reads results and comments on candidates of the roles you choose. Can't contact candidates or change roles."
    ),
}


class MemberChoiceField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic when run
    def label_from_instance(self, obj: Membership) -> str:
        return f"{obj.user.name} ({obj.get_kind_display()})"


def kind_choices() -> list[tuple[str, SafeString]]:
    return [
        (
            value,
            format_html(
                '<span><strong>{}</strong><br><span class="small muted">{}</span></span>',
                label,
                _MEANING[Kind(value)],
            ),
        )
        for value, label in Kind.choices
    ]


def _kind() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=gettext_lazy("Permission"),
        choices=kind_choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose a permission.")},
    )


def _roles(organisation: Organisation) -> forms.Field:
    return forms.ModelMultipleChoiceField(
        queryset=Role.objects.of(organisation).filter(archived_at=None).order_by("plain_title", "pk"),
        label=_("Roles of a hiring manager"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("A chosen role no longer exists. Choose again.")},
    )


class InviteForm(forms.Form):
    use_required_attribute = False

    emails = forms.CharField(
        label=gettext_lazy("E-mail addresses"),
        help_text=gettext_lazy("One per line, or separated by commas."),
        max_length=AT_MOST * 260,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": gettext_lazy("Enter at least one address.")},
    )
    kind = _kind()

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["roles"] = _roles(organisation)

    def clean_emails(self) -> list[str]:
        # lists copied from mail programs may end with a separator
        found = list(dict.fromkeys(re.findall(r"[^\s,;]+", normalised(self.cleaned_data["emails"]))))
        if not found:
            raise ValidationError(self.fields["emails"].error_messages["required"])
        if wrong := [text for text in found if not _is_address(text)]:
            raise ValidationError(
                _("These are not e-mail addresses: %(list)s.")
                % {"list": ", ".join(t[:80] for t in wrong[:5])}
            )
        if len(found) > AT_MOST:
            raise ValidationError(_("Invite at most %(n)s people at once.") % {"n": AT_MOST})
        return found

    def clean_roles(self) -> list[Role]:
        return list(self.cleaned_data["roles"])


def _successor(member: Membership, *, required: bool, hint: str = "") -> forms.Field:
    return MemberChoiceField(
        queryset=possible_successors(member),
        label=_("Who takes over?"),
        help_text=hint,
        required=required,
        empty_label=_("Choose a member"),
        error_messages={
            "required": _("Choose who takes over."),
            "invalid_choice": _("This member can no longer own roles. Choose another."),
        },
    )


class MemberForm(NoticesChanges):
    """Kind and roles of a member; a successor only for a hiring manager who owned roles."""

    use_required_attribute = False

    kind = _kind()

    def __init__(self, *args: Any, member: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.member = member
        self.owned = list(owned_roles(member))
        self.fields["roles"] = _roles(member.organisation)
        self.initial = {"kind": member.kind, "roles": _viewed(member)}
        if self.owned:
            self.fields["successor"] = _successor(
                member,
                required=False,
                hint=_("Hiring managers can't own roles. Only needed if you make this member one."),
            )
        self.note_stored(
            {"kind": member.kind, "roles": sorted(_viewed(member))}, words={"kind": member.get_kind_display()}
        )

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        needs = self.owned and values.get("kind") == Kind.HIRING_MANAGER
        if needs and not values.get("successor") and "successor" not in self.errors:
            self.add_error("successor", _("Choose who takes over their roles."))
        return values

    def change(self) -> Change:
        values = self.cleaned_data
        return Change(kind=values["kind"], roles=tuple(values["roles"]), successor=values.get("successor"))


class DeactivateForm(forms.Form):
    use_required_attribute = False

    def __init__(self, *args: Any, member: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.owned = list(owned_roles(member))
        if self.owned:
            self.fields["successor"] = _successor(member, required=True)


def _viewed(member: Membership) -> Iterable[int]:
    rows = Role.objects.of(member.organisation).filter(viewers=member, archived_at=None)
    return list(rows.values_list("pk", flat=True))


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return len(text) <= 254
