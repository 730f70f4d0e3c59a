from django.apps import AppConfig, apps


class AccountsConfig(AppConfig):
    name = "goodword.accounts"
    label = "accounts"

    def ready(self) -> None:
        if apps.is_installed("allauth.account"):  # not installed for commands that only read files
            from goodword.accounts import second_factor, sign_in
            from goodword.core import key_rotation

            sign_in.connect_signals()
            second_factor.connect_signals()
            key_rotation.register_sealed(second_factor.STORED)
