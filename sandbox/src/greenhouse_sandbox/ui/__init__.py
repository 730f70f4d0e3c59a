"""The screens for people."""

from flask import Blueprint

from greenhouse_sandbox.ui.screens import screens
from greenhouse_sandbox.ui.views import applications, configure, jobs, people, sandbox, webhooks

#: these modules add their routes when they are imported
VIEWS = (applications, configure, jobs, people, sandbox, webhooks)


def make_blueprint() -> Blueprint:
    return screens
