"""Password validators beyond Django's."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


class NewPassword:
    """Rejects the user's current password."""

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        # not user.check_password, which would save the user to upgrade the hash
        if user is not None and user.pk and check_password(password, user.password):
            raise ValidationError(_("This is your current password. Choose a different one."), code="not_new")

    def get_help_text(self) -> str:
        return _("Not your current password.")
