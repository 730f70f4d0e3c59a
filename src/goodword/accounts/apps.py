from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "goodword.accounts"
    label = "accounts"

    def ready(self) -> None:
        from goodword.accounts import sign_in

        sign_in.connect_signals()
