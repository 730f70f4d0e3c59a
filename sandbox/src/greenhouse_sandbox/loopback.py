"""Screens and control plane have no login, so by default only this machine can use them."""

import ipaddress

from flask import abort, request

from greenhouse_sandbox.context import sandbox


def refuse_strangers() -> None:
    """403 for callers from other machines and for cross-site posts."""
    try:
        local = ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        local = False
    if not local and not sandbox().open_control:
        abort(403, "Screens and control plane of the sandbox serve this machine only.")
    origin = request.headers.get("Origin")
    if origin is not None and request.method != "GET" and origin.partition("://")[2] != request.host:
        abort(403, "This form was sent from another site.")
