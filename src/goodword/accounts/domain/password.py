"""What a password must be beside long and uncommon."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


class NewPassword:
    """Refuses the password that the person has already."""

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        # not user.check_password: that would save the user to renew the hash
        if user is not None and user.pk and check_password(password, user.password):
            raise ValidationError(_("This is your present password. Choose another one."), code="not_new")

    def get_help_text(self) -> str:
        return _("Not your present password.")
