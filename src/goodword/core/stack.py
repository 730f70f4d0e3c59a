"""How Python and the C library use memory."""

import ctypes
import gc
from collections.abc import Callable
from contextlib import suppress
from functools import wraps

#: a quarter of a megabyte; CPython then takes half a megabyte and leaves a quarter to the calls inside
_SLOTS = 32 * 1024
#: of glibc's mallopt(3)
_M_ARENA_MAX = -8


def limit_arenas() -> None:
    """Let threads share two of glibc's heaps: with one for each, all keep what a thread once needed."""
    with suppress(AttributeError):  # other C libraries have no such call
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 2)


def freeze() -> None:
    """Exclude what is loaded from garbage collection, which would pause some requests for a tenth of a second."""
    gc.collect()
    gc.freeze()


def in_one_piece[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Run `function` and everything it calls on one piece of Python's stack.

    CPython keeps the frames of calls in pieces of 16 KiB. It takes a piece from the system when a call does not fit
    into the last one, and gives it back when that call returns. A loop deep in Django that calls across such a boundary
    does so each time, which takes a tenth of a page's time. The releases of 2026 keep one piece ready
    (https://github.com/python/cpython/issues/142183): once older ones are unsupported, delete this module.

    A piece has room for its first frame and as much again up to a power of two, so this function claims a large frame.
    """

    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        return function(*args, **kwargs)

    call.__code__ = call.__code__.replace(co_stacksize=_SLOTS)
    return wraps(function)(call)
