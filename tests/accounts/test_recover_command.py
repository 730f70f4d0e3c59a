"""The `goodword recover-sign-in` command."""

import pytest

from goodword.accounts.models import Organisation
from goodword.cli import main
from tests.support import factories


@pytest.mark.django_db
def test_the_command_lifts_required_single_sign_on(capsys: pytest.CaptureFixture[str]) -> None:
    factories.organisation(slug="acme", name="Acme", requires_single_sign_on=True)
    assert main(["recover-sign-in", "--organisation", "acme"]) == 0
    assert "Acme no longer requires single sign-on" in capsys.readouterr().out
    assert not Organisation.objects.get().requires_single_sign_on


@pytest.mark.parametrize("arguments", [[], ["--organisation", "acme", "--email", "a@acme.example"]])
def test_the_command_takes_exactly_one_target(arguments: list[str]) -> None:
    with pytest.raises(SystemExit):
        main(["recover-sign-in", *arguments])
