"""The screens with all their routes."""

from flask import Blueprint

from greenhouse_sandbox.ui.screens import screens
from greenhouse_sandbox.ui.views import (
    acts,
    applications,
    arrivals,
    configure,
    credentials,
    deliveries,
    job_setup,
    jobs,
    people,
    webhooks,
    workshop,
)

VIEWS = (
    acts,
    applications,
    arrivals,
    configure,
    credentials,
    deliveries,
    job_setup,
    jobs,
    people,
    webhooks,
    workshop,
)
"""Modules that add their routes to the blueprint when they are imported."""


def make_blueprint() -> Blueprint:
    """The blueprint, once every module of VIEWS is imported."""
    return screens
