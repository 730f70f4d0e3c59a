import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from goodword.demo.browser import Browser, text_of

#: the seven permissions in Greenhouse's article
CATEGORIES = (
    "Applications",
    "Candidates",
    "Activity Feed",
    "Jobs",
    "Job Posts",
    "Job Stages",
    "Rejection Reasons",
)
#: v3 also needs these, for authors and history
V3_CATEGORIES = (*CATEGORIES, "Application Stages", "Hiring Team", "Users", "Departments", "Offices")

#: name and trigger, as in the article
WEBHOOKS = (
    ("Goodword Candidate Stage Change", "Candidate has changed stage"),
    ("Goodword Candidate Hired", "Candidate has been hired"),
    ("Goodword Candidate Rejected", "Candidate or Prospect has been rejected"),
    ("Goodword Candidate Has Submitted Application", "Candidate has submitted application"),
)


@dataclass(frozen=True, kw_only=True)
class DemoPerson:
    name: str
    email: str
    profile: str

    @property
    def application_id(self) -> int:
        return int(parse_qs(urlsplit(self.profile).query)["application_id"][0])


class Greenhouse:
    def __init__(self, browser: Browser) -> None:
        self.browser = browser

    def create_harvest_key(self) -> str:
        page = self._new_credential("Harvest", "Goodword Harvest API key")
        key = page.value_of("API key")
        self._permit(CATEGORIES)
        return key

    def create_v3_credential(self) -> tuple[str, str]:
        page = self._new_credential("Harvest V3 (OAuth)", "Goodword Harvest V3")
        credential = page.value_of("Client ID"), page.value_of("Client secret")
        self._permit(V3_CATEGORIES)
        return credential

    def create_webhook(self, name: str, when: str, *, endpoint_url: str, secret_key: str) -> None:
        page = self._dev_center("Web Hooks")
        page.follow("Create New Web Hook")
        page.press(
            "Create Webhook",
            {"Name": name, "When": when, "Endpoint URL": endpoint_url, "Secret key": secret_key},
        )
        self._dev_center("Web Hooks")
        row = next((row for row in page.page.find_all("tr") if name in row.get_text(" ")), None)
        if row is None or "enabled" not in row.get_text(" "):
            raise page.failure(f"The webhook {name} is not enabled after its ping: {page.text()[:500]}")

    def apply(self, job: str, *, first_name: str, last_name: str, email: str) -> DemoPerson:
        page = self.job(job)
        page.follow("Submit application")
        page.press("Submit application", {"First name": first_name, "Last name": last_name, "E-mail": email})
        return self._person(f"{first_name} {last_name}", email)

    def add_prospect(self, *, first_name: str, last_name: str, email: str) -> DemoPerson:
        page = self.browser
        page.open("/")
        page.follow("Candidates")
        page.follow("Add prospect")
        page.press("Add prospect", {"First name": first_name, "Last name": last_name, "E-mail": email})
        return self._person(f"{first_name} {last_name}", email)

    def move(self, person: DemoPerson, stage: str) -> None:
        self.browser.open(person.profile)
        self.browser.press("Move stage", {"Move stage": stage})

    def reject(self, person: DemoPerson, reason: str) -> None:
        self.browser.open(person.profile)
        self.browser.press("Reject", {"Rejection reason": reason})

    def hire(self, person: DemoPerson) -> None:
        self.browser.open(person.profile)
        self.browser.press("Hire")

    def notes(self, person: DemoPerson) -> list[dict[str, str]]:
        """The notes on the candidate's Activity Feed with their links, newest first."""
        self.browser.open(person.profile)
        found = []
        for entry in self.browser.page.select("li.entry.note"):
            body = entry.select_one(".body")
            link = entry.select_one(".body a[href]")
            author, visibility = entry.select_one(".by strong"), entry.select_one(".visibility")
            found.append(
                {
                    "body": body.get_text() if body else "",
                    "link": str(link["href"]) if link else "",
                    "visibility": visibility.get_text(strip=True) if visibility else "",
                    "author": author.get_text(strip=True) if author else "",
                }
            )
        return found

    def recruiter(self, job: str) -> str:
        page = self.job(job)
        for part, name in zip(page.page.select(".facts dt"), page.page.select(".facts dd"), strict=True):
            if "recruiter" in text_of(part).lower():
                return text_of(name)
        raise page.failure(f"The job {job} has no recruiter: {page.text()[:600]}")

    def _new_credential(self, api_type: str, description: str) -> Browser:
        page = self._dev_center("API Credential Management")
        page.follow("Create New Credential")
        page.press("Create", {"API Type": api_type, "Partner": "Goodword", "Description": description})
        return page

    def _permit(self, categories: tuple[str, ...]) -> None:
        page = self.browser
        page.follow("Manage Permissions")
        page.press("Save", {"": [f"Select all of {category}" for category in categories]})

    def _dev_center(self, entry: str) -> Browser:
        page = self.browser
        page.open("/")
        for words in ("Configure", "Dev Center", entry):
            page.follow(words)
        return page

    def job(self, job: str) -> Browser:
        self.browser.open("/")
        self.browser.follow(job)
        return self.browser

    def _person(self, name: str, email: str) -> DemoPerson:
        profile = self.browser.url
        if not re.search(r"application_id=\d+", profile):
            link = self.browser.page.find("a", string=re.compile(re.escape(name)))
            if link is None:
                raise self.browser.failure(f"{name} was added but cannot be found.")
            self.browser.open(str(link["href"]))
            profile = self.browser.url
        return DemoPerson(name=name, email=email, profile=profile)
