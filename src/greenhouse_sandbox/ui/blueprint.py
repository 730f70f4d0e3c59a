"""The screens."""

from flask import Blueprint, Response

from greenhouse_sandbox.loopback import refuse_strangers


def make_blueprint() -> Blueprint:
    """All routes of the screens."""
    blueprint = Blueprint("ui", __name__)
    blueprint.before_request(refuse_strangers)
    blueprint.add_url_rule("/", "home", lambda: Response("Sandbox, not Greenhouse"))
    return blueprint
