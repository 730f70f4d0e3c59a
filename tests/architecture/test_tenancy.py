"""Organisation-owned rows are accessed only through their organisation."""

import ast
from functools import cache

from django.apps import apps

from goodword.accounts.models import Organisation, OrganisationOwned, OwnedManager
from tests.architecture.source import imports, modules, nodes, parents, place

OWNED = {model.__name__ for model in apps.get_models() if issubclass(model, OrganisationOwned)}

#: allowed manager methods; rows are created with their organisation
READS = {"of", "across_organisations"}
MAKES = {"create"}

#: generic code, which has a row's id or was given the rows
ANY_MODEL = {
    "goodword.core.outbox",
    "goodword.core.rows",
    "goodword.core.future_times",
    "goodword.workflow.domain.application_outcome",
    "goodword.workflow.domain.runs",
    "goodword.workflow.domain.step_requests",
    "goodword.workflow.personal_data",
    "goodword.workflow.models",
    "goodword.accounts.domain.whole_organisation",
    "goodword.core.key_rotation",
}

#: views that look across organisations: before a member has chosen one, or where the URL identifies the connection
BEFORE_AN_ORGANISATION = {
    "goodword.accounts.views",
    "goodword.greenhouse.inbox.endpoint",
    "goodword.workspace.home",
}


def test_the_rows_of_an_organisation_are_those_that_filter_finds() -> None:
    acme = Organisation(pk=7)
    for model in apps.get_models():
        rows = model._default_manager
        if isinstance(rows, OwnedManager):
            plain = rows.get_queryset().filter(organisation_id=7)
            found = rows.of(acme)
            assert str(found.query) == str(plain.query)
            assert str((found | found.filter(pk=1)).query) == str((plain | plain.filter(pk=1)).query)
            assert str(found.exclude(pk__in=found.values("pk")).order_by("-pk").query) == str(
                plain.exclude(pk__in=plain.values("pk")).order_by("-pk").query
            )


def test_every_owned_model_uses_the_owned_manager() -> None:
    assert len(OWNED) > 15
    others = [
        model.__name__
        for model in apps.get_models()
        if issubclass(model, OrganisationOwned) and type(model._default_manager) is not OwnedManager
    ]
    assert others == []


def test_every_other_model_is_listed() -> None:
    without = {
        model.__name__
        for model in apps.get_models()
        if model.__module__.startswith("goodword.") and not issubclass(model, OrganisationOwned)
    }
    # events store ids only; users and organisations are the owners
    assert without == {
        "BackupRun",
        "ClockOffset",
        "ErasureEntry",
        "Event",
        "FieldKeyCanary",
        "HashKey",
        "Heartbeat",
        "Installation",
        "MailService",
        "Reaction",
        "SigningCertificate",
        "User",
        "Organisation",
    }


def test_owned_rows_are_accessed_only_through_their_organisation() -> None:
    wrong = []
    above = cache(lambda module: parents(modules()[module]))
    for module, node in nodes(ast.Attribute):
        if node.attr != "objects":
            continue
        if not (isinstance(node.value, ast.Name) and node.value.id in OWNED):
            continue
        use = above(module)[node]
        name = use.attr if isinstance(use, ast.Attribute) else ""
        if name in READS or (name in MAKES and names_organisation(above(module)[use])):
            continue
        wrong.append(f"{place(module, node)} {node.value.id}.objects.{name}")
    assert wrong == []


def names_organisation(call: ast.AST) -> bool:
    """Whether a row is created with its organisation."""
    return isinstance(call, ast.Call) and any(
        word.arg in {"organisation", "organisation_id", None} for word in call.keywords
    )


def test_only_generic_code_uses_the_default_manager() -> None:
    users = {
        module for module, node in nodes(ast.Attribute) if node.attr in {"_default_manager", "_base_manager"}
    }
    assert users == ANY_MODEL


def test_only_listed_views_look_across_organisations() -> None:
    users = {
        module
        for module, node in nodes(ast.Attribute)
        if node.attr == "across_organisations" and (".views" in module or has_views(module))
    }
    assert users == BEFORE_AN_ORGANISATION


def has_views(module: str) -> bool:
    """Whether a module imports `django.views.decorators.http`, so contains views."""
    return any(name.startswith("django.views.decorators.http.") for name in imports()[module])
