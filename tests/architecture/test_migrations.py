"""Migrations only expand the schema: the previous release still runs on it during an upgrade and after a rollback."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from packaging.version import Version

from goodword.core.version import OLDEST_ON_SCHEMA, VERSION

#: migrations that contract ("app.name"), with the first release whose programs don't use what they remove
CONTRACTING: dict[str, str] = {}
#: operations that are safe for programs that don't know them
EXPANDING = (
    migrations.CreateModel,
    migrations.AddIndex,
    migrations.RemoveIndex,
    migrations.RenameIndex,
    migrations.AlterModelOptions,
    migrations.AlterModelManagers,
)
CONCURRENT = ("AddIndexConcurrently", "RemoveIndexConcurrently")


def contractions(operation: Operation) -> Iterator[str]:
    """Changes that could break earlier releases."""
    match operation:
        case migrations.AddField(field=field) if not (
            field.null or field.has_db_default() or field.many_to_many or field.generated
        ):
            yield f"{operation.model_name}.{operation.name} needs null=True or a db_default"
        case migrations.AddField():
            pass
        case migrations.AlterField(field=field) if not field.null and not field.has_db_default():
            yield f"{operation.model_name}.{operation.name} may become narrower"
        case migrations.AlterField():
            pass
        case migrations.RunSQL() | migrations.RunPython():
            yield f"{operation.describe()}: say in CONTRACTING from which release on it is safe"
        case migrations.SeparateDatabaseAndState():
            for part in operation.database_operations:
                yield from contractions(part)
        case _ if not isinstance(operation, EXPANDING) and type(operation).__name__ not in CONCURRENT:
            yield operation.describe()


def problems_of(operation: Operation, app: str, before: ProjectState) -> list[str]:
    """Contractions of the schema. Changing only choices or texts is none."""
    if not isinstance(operation, migrations.AlterField):
        return list(contractions(operation))
    old = before.models[app, operation.model_name_lower].fields[operation.name]
    if column(old) == column(operation.field):
        return []
    if not old.is_relation and old.db_type(connection) != operation.field.db_type(connection):
        # not even to a longer one: "cached plan must not change result type"
        name = f"{operation.model_name}.{operation.name}"
        return [
            f"{name} changes its type, which breaks prepared statements of running processes: add a column"
        ]
    return list(contractions(operation))


def column(field: "models.Field[Any, Any]") -> object:
    _, path, args, kwargs = field.deconstruct()
    return path, args, {name: value for name, value in kwargs.items() if name not in field.non_db_attrs}


def test_later_migrations_expand_or_name_the_release_that_allows_more() -> None:
    loader = MigrationLoader(None, ignore_no_migrations=True)
    ours = {key: one for key, one in loader.disk_migrations.items() if one.__module__.startswith("goodword.")}
    found = {
        f"{app}.{name}": [
            problem
            for operation in one.operations
            for problem in problems_of(operation, app, loader.project_state((app, name), at_end=False))
        ]
        for (app, name), one in ours.items()
        if not one.initial and not name.startswith("0001_")
    }
    assert {name: problems for name, problems in found.items() if problems and name not in CONTRACTING} == {}
    assert [one for one in CONTRACTING if not found.get(one)] == []


@pytest.mark.parametrize(
    ("field", "expands"),
    [
        (models.TextField(default="", blank=True), False),
        (models.CharField(max_length=900, db_default="", default="", blank=True), False),
        (models.CharField(max_length=401, null=True, default="", blank=True), True),
        (models.CharField(max_length=401, db_default="", default="", choices=[("a", "A")]), True),
    ],
    ids=["another type", "longer", "nullable", "choices"],
)
def test_changing_the_type_of_a_column_is_refused(field: "models.Field[Any, Any]", *, expands: bool) -> None:
    state = MigrationLoader(None, ignore_no_migrations=True).project_state()
    operation = migrations.AlterField("candidate", "confirmed_name", field)
    assert (problems_of(operation, "candidates", state) == []) is expands


def test_the_oldest_release_on_the_schema_is_past_all_contractions() -> None:
    assert Version(OLDEST_ON_SCHEMA) <= Version(VERSION)
    assert [one for one, since in CONTRACTING.items() if Version(since) > Version(OLDEST_ON_SCHEMA)] == []


@pytest.mark.parametrize(
    ("operation", "expands"),
    [
        (migrations.AddField("email", "seen_at", models.DateTimeField(null=True)), True),
        (migrations.AddField("email", "seen", models.BooleanField(default=False, db_default=False)), True),
        (migrations.AddField("email", "seen", models.BooleanField(default=False)), False),
        (migrations.RemoveField("email", "kind"), False),
        (migrations.RenameField("email", "kind", "sort"), False),
        (migrations.DeleteModel("email"), False),
        (migrations.RunSQL("UPDATE x SET y = 1"), False),
        (
            migrations.AddConstraint("email", models.CheckConstraint(condition=models.Q(pk=1), name="one")),
            False,
        ),
    ],
    ids=lambda value: value.describe() if isinstance(value, Operation) else "",
)
def test_contractions_are_recognised(operation: Operation, *, expands: bool) -> None:
    assert (list(contractions(operation)) == []) is expands
