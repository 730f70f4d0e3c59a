"""Screens and control plane have no login, so by default only this machine can use them."""

import ipaddress
import socket
from urllib.parse import urlsplit

from flask import abort, request

from greenhouse_sandbox.context import sandbox, the_store


def refuse_strangers() -> None:
    """Refuse callers from other machines with 403, even through a proxy or tunnel on this one, and other sites'
    pages."""
    if not sandbox().open_control and not (_is_local() and _is_named_locally()):
        abort(403, "Screens and control plane of the sandbox serve this machine only (see --open-control).")
    origin = request.headers.get("Origin")
    if origin is not None and request.method != "GET" and origin.partition("://")[2] != request.host:
        abort(403, "This form was sent from another site.")


def _is_local() -> bool:
    try:
        local = ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False
    return local and not {"X-Forwarded-For", "Forwarded"} & set(request.headers.keys())


def _is_named_locally() -> bool:
    """Whether the request's host is a local name. A site could point its own domain to this machine, so that its
    scripts could read and write here."""
    name = urlsplit(f"//{request.host}").hostname or ""
    try:
        return bool(ipaddress.ip_address(name))
    except ValueError:
        known = {"localhost", socket.gethostname().lower(), *sandbox().names}
        return name in known or name.endswith(".localhost") or name == urlsplit(the_store().base_url).hostname
