"""The sandbox's whole memory."""

import secrets
import threading
from typing import Any

from greenhouse_sandbox.clock import Clock
from greenhouse_sandbox.store.access import ApiKey, OAuthClient
from greenhouse_sandbox.store.applications import Application, ApplicationStage, Note, RejectionDetail
from greenhouse_sandbox.store.hiring import (
    Department,
    Job,
    JobHiringManager,
    JobOwner,
    JobPost,
    JobStage,
    Office,
    RejectionReason,
    Source,
)
from greenhouse_sandbox.store.people import Candidate, User
from greenhouse_sandbox.store.switches import default_switches
from greenhouse_sandbox.store.table import Table
from greenhouse_sandbox.store.webhooks import Delivery, Webhook


class Store:
    """All records of one Greenhouse account, its clock and its switches.

    Whoever reads or changes records holds `lock`. `base_url` is where the screens are reached, for the links
    inside webhook bodies.
    """

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.clock = Clock()
        self.base_url = "http://127.0.0.1"
        self.clear()

    def clear(self) -> None:
        """Forget every record, and set clock and switches back."""
        self.clock.offset = Clock().offset
        self.organisation = {"id": 4000100002, "name": "Acorn & Oak"}
        self.signing_key = secrets.token_hex(32)
        self.acting_user_id = 0
        self.hold_deliveries = False
        self.switches: dict[str, Any] = default_switches()
        self.users = Table(User, 4_010_000_000)
        self.departments = Table(Department, 4_020_000_000)
        self.offices = Table(Office, 4_030_000_000)
        self.jobs = Table(Job, 4_040_000_000)
        self.job_posts = Table(JobPost, 4_050_000_000, "job_id")
        self.job_stages = Table(JobStage, 4_060_000_000, "job_id")
        self.job_owners = Table(JobOwner, 4_070_000_000, "job_id")
        self.job_hiring_managers = Table(JobHiringManager, 4_075_000_000, "job_id")
        self.rejection_reasons = Table(RejectionReason, 4_080_000_000)
        self.sources = Table(Source, 4_085_000_000)
        self.candidates = Table(Candidate, 5_100_000_000)
        self.applications = Table(Application, 6_200_000_000, "candidate_id", "job_id")
        self.application_stages = Table(ApplicationStage, 7_300_000_000, "application_id")
        self.notes = Table(Note, 8_400_000_000, "candidate_id", "application_id")
        self.rejection_details = Table(RejectionDetail, 8_500_000_000, "application_id")
        self.api_keys = Table(ApiKey, 4_090_000_000, "key_hash")
        self.oauth_clients = Table(OAuthClient, 4_095_000_000, "client_id")
        self.webhooks = Table(Webhook, 4_600_000_000)
        self.deliveries = Table(Delivery, 4_700_000_000, "webhook_id", "state")

    def tables(self) -> dict[str, Table[Any]]:
        """Every table by its name."""
        return {name: value for name, value in vars(self).items() if isinstance(value, Table)}
