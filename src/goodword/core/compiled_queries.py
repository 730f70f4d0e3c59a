"""Makes frequent queries cheaper: they are compiled once per process, prepared once per connection, or cached for a
transaction.

A query with several joins takes longer to compile than to run. Use `compiled` for queries of very frequent requests.
"""

import inspect
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property, wraps
from types import SimpleNamespace
from typing import Any, Final, get_type_hints

from django.conf import settings
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.models import FETCH_ONE, Field, ForeignObject, Lookup, Model, QuerySet
from django.db.models.constants import OnConflict
from django.db.models.query import get_related_populators
from django.db.models.sql import InsertQuery, UpdateQuery
from django.db.models.sql.compiler import SQLCompiler

from goodword.core.models import HasPk

#: two values per argument type, recognisable among the statement's parameters and small enough for a smallint
_STAND_INS: Final[dict[type, Callable[[int, int], Any]]] = {
    int: lambda turn, place: 20_000 + 101 * turn + place,
    str: lambda turn, place: f"argument {place} of turn {turn}",
    list[int]: lambda turn, place: [20_000 + 101 * turn + place],
    HasPk: lambda turn, place: SimpleNamespace(pk=20_000 + 101 * turn + place),
}


def compiled[**P, R](build: Callable[P, QuerySet[Any, R]]) -> Callable[P, list[R]]:
    """Decorate a function that returns a queryset or `values_list`. Calling it then returns a list of the rows.

    Its arguments (int, str, list[int], or an organisation) may only be compared with columns, lists by `any_of`: they
    become parameters, and the function itself runs only twice. Prefetches are ignored.
    """
    statement = _Statement(build)

    @wraps(build)
    def run(*args: P.args, **kwargs: P.kwargs) -> list[R]:
        rows: list[R] = statement.rows(statement.signature.bind(*args, **kwargs).arguments)
        return rows

    return run


@dataclass(frozen=True, slots=True)
class _Argument:
    """A parameter of the statement. `convert`: wraps an integer in the type of its column."""

    name: str
    convert: Callable[[Any], Any]


class _Statement:
    def __init__(self, build: Callable[..., QuerySet[Any]]) -> None:
        self.build = build
        self.signature = inspect.signature(build)

    def rows(self, arguments: dict[str, Any]) -> list[Any]:
        sql, parameters, read = self._compiled
        values = [
            parameter.convert(arguments[parameter.name]) if isinstance(parameter, _Argument) else parameter
            for parameter in parameters
        ]
        with _cursor() as cursor:
            cursor.execute(sql, values)
            found = cursor.fetchall()
        return [read(row) for row in found]

    @cached_property
    def _compiled(self) -> tuple[str, list[Any], Callable[[Sequence[Any]], Any]]:
        types = get_type_hints(self.build)
        first, second = (
            {
                name: _STAND_INS[types[name]](turn, place)
                for place, name in enumerate(self.signature.parameters)
            }
            for turn in (0, 1)
        )
        compiler = self.build(**first).query.get_compiler(connection=connection)
        sql, parameters = compiler.as_sql()
        same, others = self.build(**second).query.get_compiler(connection=connection).as_sql()
        names = {(_key(_value(first[name])), _key(_value(second[name]))): name for name in first}
        found = [
            _Argument(name, _conversion(one)) if (name := names.get((_key(one), _key(other)))) else one
            for one, other in zip(parameters, others, strict=True)
        ]
        if same != sql or {part.name for part in found if isinstance(part, _Argument)} != set(names.values()):
            raise TypeError(f"The SQL of {self.build.__qualname__} depends on its arguments.")
        return sql, found, _reader(compiler)


def _cursor() -> Any:
    here: Any = connection
    here.close_if_health_check_failed()
    here.ensure_connection()
    here.connection.prepare_threshold = 0 if settings.GOODWORD_PREPARED_STATEMENTS else None
    cursor = ServerBindingCursor(here.connection)  # type: ignore[call-arg]  # the stubs are those of psycopg2
    return here._prepare_cursor(cursor)  # noqa: SLF001 - as Django's connection.cursor()


def _value(argument: Any) -> Any:
    return argument if isinstance(argument, int | str | list) else argument.pk


def _key(value: Any) -> Hashable:
    return tuple(value) if isinstance(value, list) else value


def _conversion(parameter: Any) -> Callable[[Any], Any]:
    kind = type(parameter)
    return (lambda argument: kind(_value(argument))) if issubclass(kind, int) else _value


def _reader(compiler: Any) -> Callable[[Sequence[Any]], Any]:
    select, found, alias = compiler.select, compiler.klass_info, connection.alias
    converters = [
        (place, functions, expression)
        for place, (functions, expression) in compiler.get_converters([col[0] for col in select]).items()
    ]

    def converted(row: Sequence[Any]) -> list[Any]:
        values = list(row)
        for place, functions, expression in converters:
            for convert in functions:
                values[place] = convert(values[place], expression, connection)
        return values

    if compiler.query.values_select:
        return lambda row: tuple(converted(row))
    columns = found["select_fields"]
    begin, end = columns[0], columns[-1] + 1
    names = [col[0].target.attname for col in select[begin:end]]
    related = get_related_populators(found, select, alias, FETCH_ONE)

    def read(row: Sequence[Any]) -> Any:
        values = converted(row)
        made = found["model"].from_db(alias, names, values[begin:end], fetch_mode=FETCH_ONE)
        for populator in related:
            populator.populate(values, made)
        for name, place in compiler.annotation_col_map.items():
            setattr(made, name, values[place])
        return made

    return read


@Field.register_lookup
@ForeignObject.register_lookup  # which does not inherit lookups
class AnyOf(Lookup):
    """`column__any_of=ids`: like `in`, but the list is one parameter, whatever its length."""

    lookup_name, prepare_rhs = "any_of", False

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        column, values = self.process_lhs(compiler, connection)
        return f"{column} = ANY(%s)", (*values, list(self.rhs))


def insert_once(row: Model) -> bool:
    """Insert a row in one statement, unless one of its unique keys exists. Returns whether it was inserted."""
    meta = row._meta
    query = InsertQuery(type(row), on_conflict=OnConflict.IGNORE)
    query.insert_values([field for field in meta.local_concrete_fields if field is not meta.pk], [row])
    [(statement, values)] = query.get_compiler(connection=connection).as_sql()
    with connection.cursor() as cursor:
        cursor.execute(f"{statement} RETURNING id", values)
        found = cursor.fetchone()
    if found is None:
        return False
    row.pk = found[0]
    row._state.adding, row._state.db = False, connection.alias  # noqa: SLF001 - documented by Django
    return True


def update_unflushed(rows: QuerySet[Any], **values: object) -> int:
    """Like `rows.update(**values)`, without waiting for the disk: a crash of the database may undo it."""
    query: Any = rows.query.chain(UpdateQuery)
    query.add_update_values(values)
    statement, parameters = query.get_compiler(connection=connection).as_sql()
    with connection.cursor() as cursor:
        cursor.execute(f"{statement} RETURNING set_config('synchronous_commit', 'off', true)", parameters)
        return int(cursor.rowcount)


#: executions before a connection prepares a statement, and statements that it keeps prepared
PREPARE_AFTER, MOST_PREPARED = 2, 200


@contextmanager
def prepared() -> Iterator[None]:
    """Prepare the block's statements, so that PostgreSQL parses and plans them once per connection. Only use it for
    lookups by id, because a generic plan can't use partial indexes."""
    if not settings.GOODWORD_PREPARED_STATEMENTS:
        yield
        return
    connection.ensure_connection()
    conn = connection.connection
    before = conn.cursor_factory, conn.prepare_threshold
    conn.cursor_factory, conn.prepare_threshold = ServerBindingCursor, PREPARE_AFTER
    conn.prepared_max = MOST_PREPARED
    try:
        yield
    finally:
        conn.cursor_factory, conn.prepare_threshold = before


#: results of queries by the reactions of one transaction, since many of them read the same rows
_memory: ContextVar[dict[Hashable, tuple[tuple[str, ...], Any]] | None] = ContextVar(
    "goodword.memory", default=None
)


@contextmanager
def remembering() -> Iterator[None]:
    """Cache until the end of the block, which must be within one transaction."""
    token = _memory.set({})
    try:
        yield
    finally:
        _memory.reset(token)


def remembered[T](key: Hashable, find: Callable[[], T]) -> T:
    """The cached result of `find`. Results from a savepoint that was rolled back are discarded. Use it only for rows
    that reactions don't change."""
    memory = _memory.get()
    if memory is None:
        return find()
    here = tuple(connection.savepoint_ids)
    known = memory.get(key)
    if known is not None and here[: len(known[0])] == known[0]:
        found: T = known[1]
        return found
    new = find()
    memory[key] = here, new
    return new
