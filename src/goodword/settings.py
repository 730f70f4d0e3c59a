import os
from importlib.util import find_spec
from pathlib import Path

from django.utils.csp import CSP

from goodword.core import dns, environment, mail, pool, sign_on_settings

GOODWORD_ENV = environment.text("GOODWORD_ENV", "production")
if GOODWORD_ENV not in {"production", "demo", "test"}:
    raise environment.SettingError("GOODWORD_ENV must be production (the default), demo or test.")
PRODUCTION = GOODWORD_ENV == "production"

GOODWORD_DATA = environment.data_folder()
GOODWORD_BACKUPS = Path(environment.text("GOODWORD_BACKUPS", str(GOODWORD_DATA / "backups"))).absolute()

#: how many nightly backups of the embedded database to keep; 0 for no backups
GOODWORD_KEEP_BACKUPS = environment.number("GOODWORD_KEEP_BACKUPS", 7 if PRODUCTION else 0)
#: recipients of age or gpg that can decrypt them
GOODWORD_BACKUP_RECIPIENTS = environment.backup_recipients("GOODWORD_BACKUP_RECIPIENTS")

# --- Secrets ---------------------------------------------------------------------------------------------------
_local = {} if PRODUCTION else environment.local_keys(GOODWORD_DATA)
SECRET_KEY = environment.secret_key("GOODWORD_SECRET_KEY", _local.get("secret_key"))
GOODWORD_FIELD_KEYS = environment.parse_field_keys(
    environment.text("GOODWORD_FIELD_KEYS", _local.get("field_keys"))
)

# --- Addresses ------------------------------------------------------------------------------------------------
GOODWORD_PORT = environment.port("GOODWORD_PORT", 8000)
_base = environment.base_url(
    "GOODWORD_BASE_URL", None if PRODUCTION else f"http://localhost:{GOODWORD_PORT}", https=PRODUCTION
)
GOODWORD_BASE_URL = _base.geturl()
SECURE = _base.scheme == "https"
#: number of your own reverse proxies, whose X-Forwarded-* headers are trusted
GOODWORD_TRUSTED_PROXIES = environment.number("GOODWORD_TRUSTED_PROXIES", None if PRODUCTION else 0)
if SECURE and not GOODWORD_TRUSTED_PROXIES:
    raise environment.SettingError(
        "GOODWORD_TRUSTED_PROXIES must be at least 1 when GOODWORD_BASE_URL is https: `goodword serve` speaks plain "
        "HTTP, and learns about TLS only from the proxy's headers."
    )
_host = str(_base.hostname)
ALLOWED_HOSTS = [f"[{_host}]" if ":" in _host else _host] + (
    [] if PRODUCTION else ["localhost", "127.0.0.1", "testserver"]
)
CSRF_TRUSTED_ORIGINS = [f"{_base.scheme}://{_base.netloc}"]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SECURE_SSL_REDIRECT = SECURE
SECURE_SSL_HOST = _base.netloc  # not the request's host
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # probes bypass the proxy
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = environment.flag("GOODWORD_HSTS_SUBDOMAINS", default=False)
if GOODWORD_TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REFERRER_POLICY = "same-origin"  # URLs contain link tokens
X_FRAME_OPTIONS = "DENY"
SECURE_CSP = {
    "default-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
    "form-action": [CSP.SELF],
}
#: bytes; larger bodies get a 413, except candidates' files, reports to verify, and admins' files of groups or ratings
GOODWORD_MAX_BODY = 2 * 1024 * 1024
#: above the maximum file size, so that a file that is slightly too large gets a message on its page
GOODWORD_MAX_UPLOAD = environment.number("GOODWORD_MAX_UPLOAD", 16, least=1) * 1024 * 1024
#: for /verify: 20 times the size of a reference check with six referees
GOODWORD_MAX_REPORT = 16 * 1024 * 1024
#: above candidates.people_files.LARGEST, so that a file that is slightly too large gets a message on its page
GOODWORD_MAX_PEOPLE_FILE = 10 * 1024 * 1024
GOODWORD_CLAMD = environment.scanner("GOODWORD_CLAMD")
DATA_UPLOAD_MAX_MEMORY_SIZE = GOODWORD_MAX_BODY
#: enough for the page that translates a questionnaire of a hundred questions
DATA_UPLOAD_MAX_NUMBER_FIELDS = 8_000

# --- Applications ----------------------------------------------------------------------------------------------
DEBUG = False
INSTALLED_APPS = [
    "goodword.core",
    "goodword.ui",
    "goodword.accounts",
    "goodword.drafts",
    "goodword.roles",
    "goodword.candidates",
    "goodword.notifications",
    "goodword.workflow",
    "goodword.questionnaires",
    "goodword.references",
    "goodword.assessments",
    "goodword.reports",
    "goodword.greenhouse",
    "goodword.workspace",
    *([] if PRODUCTION else ["goodword.demo"]),
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "servestatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "goodword.ui.components.Components",
    "django_htmx",
    "django.forms",
    "procrastinate.contrib.django",
]
MIDDLEWARE = [
    "goodword.core.middleware.NoBodyForHead",
    "goodword.core.metrics.MetricsEndpoint",
    "goodword.core.middleware.Requests",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "goodword.core.middleware.PermissionsPolicy",
    "goodword.core.middleware.StaticFiles",
    "goodword.core.middleware.CleanInput",  # before the session, which is the first to query the database
    "django.contrib.sessions.middleware.SessionMiddleware",
    "goodword.core.middleware.PortalLanguage",
    "goodword.core.middleware.BodyLimit",  # after the language of its page, before anything that reads a body
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "goodword.accounts.sign_in.SessionTimeout",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "goodword.urls"
WSGI_APPLICATION = "goodword.wsgi.application"
GOODWORD_FLOW = "goodword.flow.FLOW"
#: checks the link of an upload before the web server allows more time for it
GOODWORD_MAY_UPLOAD = "goodword.notifications.domain.links.may_upload"
#: stores deliveries that arrive at the same time in one transaction
GOODWORD_INTAKE = "goodword.greenhouse.inbox.intake.Deliveries"
#: a function that returns the network of the Harvest client (None: the internet), and its pause between tries
GOODWORD_HARVEST_TRANSPORT: str | None = None
GOODWORD_HARVEST_PAUSE = "goodword.core.process.pause"
GOODWORD_ERASURE = "goodword.flow.ERASURE"
GOODWORD_EXPORT = "goodword.flow.EXPORT"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django_cotton.cotton_loader.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.template.context_processors.csp",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "goodword.workspace.layout.page_layout",
            ],
            "builtins": ["goodword.ui.components"],
        },
    }
]
FORM_RENDERER = "goodword.ui.fields.Renderer"

# --- Database, jobs, cache -------------------------------------------------------------------------------------
_database_url = environment.text("DATABASE_URL", "")
if not _database_url:
    from goodword.core.postgres import attach

    _database_url = attach(GOODWORD_DATA)
#: connections per process; at least as many as the worker runs jobs at once
GOODWORD_POOL = environment.number("GOODWORD_POOL", 12, least=1)
#: prepared statements for candidates' pages, deliveries and events (core.compiled_queries)
GOODWORD_PREPARED_STATEMENTS = environment.flag("GOODWORD_PREPARED_STATEMENTS", default=True)
#: seconds for a statement of the web server; 0 for no limit
GOODWORD_STATEMENT_SECONDS = environment.number("GOODWORD_STATEMENT_SECONDS", 20)
DATABASES = {"default": environment.database(_database_url) | {"CONN_HEALTH_CHECKS": True, "CONN_MAX_AGE": 0}}
# a host that vanishes, as in a failover, would otherwise block threads for a quarter of an hour
DATABASES["default"]["OPTIONS"] = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 2,
    "tcp_user_timeout": 20_000,
    **DATABASES["default"]["OPTIONS"],
}
if GOODWORD_ENV != "test":
    DATABASES["default"]["OPTIONS"]["pool"] = {
        "min_size": 1,
        "max_size": GOODWORD_POOL,
        "check": pool.check,
        "timeout": 20,
        # the pool's delay between attempts doubles without limit, so start over with the next request
        "reconnect_timeout": 3,
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
GOODWORD_WORKER_CONCURRENCY = environment.number("GOODWORD_WORKER_CONCURRENCY", 8, least=1)
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    if GOODWORD_ENV == "test"
    else {
        "BACKEND": "goodword.core.cache.UnculledCache",
        "LOCATION": "goodword_cache",
        # above this number, expired entries are deleted
        "OPTIONS": {"MAX_ENTRIES": 50_000},
    }
}

# --- Sign-in ---------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "goodword.accounts.sign_in.NotCurrentPassword"},
]
ACCOUNT_FORMS = {
    "login": "goodword.accounts.forms.SignInForm",
    "reset_password": "goodword.accounts.forms.RequestResetLinkForm",
    "change_password": "goodword.accounts.forms.ChangePasswordForm",
    "set_password": "goodword.accounts.forms.SetPasswordForm",
    "reauthenticate": "goodword.accounts.forms.ConfirmPasswordForm",
}
#: limits: requests for a reset link per network address; reset links per e-mail address; mails to a member whose codes
#: are locked; files verified, SAML responses, and attempts to create the first organisation, per network address; files
#: that a candidate uploads
ACCOUNT_RATE_LIMITS = {
    "reset_password": "20/m/ip",
    "reset_mail": "3/h/key",
    "code_locked_mail": "1/h/key",
    "verify_report": "30/m/ip",
    "saml_response": "60/m/ip",
    "first_admin": "20/m/ip",
    "upload": "20/h/key",
}
PASSWORD_RESET_TIMEOUT = 3600
ACCOUNT_ADAPTER = "goodword.accounts.sign_in.ClosedSignupAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # strangers must not be able to make us send mail to any address
ACCOUNT_SESSION_REMEMBER = True
#: a member is signed out after this many idle hours
SESSION_COOKIE_AGE = environment.number("GOODWORD_SESSION_HOURS", 8, least=1) * 3600
GOODWORD_SIGN_IN_DAYS = environment.number("GOODWORD_SIGN_IN_DAYS", 180, least=30)
ACCOUNT_LOGOUT_ON_GET = False
#: seconds after sign-in or reauthentication during which sensitive actions need no confirmation
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
MFA_ADAPTER = "goodword.accounts.second_factor.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_FORMS = {
    "authenticate": "goodword.accounts.forms.CodeForm",
    "reauthenticate": "goodword.accounts.forms.ConfirmCodeForm",
    "activate_totp": "goodword.accounts.forms.SetUpAppForm",
    "login_webauthn": "goodword.accounts.forms.SignInPasskeyForm",
    "authenticate_webauthn": "goodword.accounts.forms.SecondStepPasskeyForm",
    "reauthenticate_webauthn": "goodword.accounts.forms.ConfirmPasskeyForm",
    "add_webauthn": "goodword.accounts.forms.AddPasskeyForm",
    "edit_webauthn": "goodword.accounts.forms.RenamePasskeyForm",
}
MFA_TOTP_ISSUER = "Goodword"
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not SECURE  # only localhost, see GOODWORD_BASE_URL
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
# browsers accept a __Host- cookie only over TLS and from this host, not from subdomains
_prefix = "__Host-" if SECURE else ""
SESSION_COOKIE_NAME = f"{_prefix}goodword_session"
CSRF_COOKIE_NAME = f"{_prefix}goodword_csrf"
KNOWN_BROWSER_COOKIE_NAME = f"{_prefix}goodword_browser"

# --- Single sign-on --------------------------------------------------------------------------------------------
#: domains for which the provider's addresses are trusted although it doesn't mark them as verified
_domains = environment.domains("GOODWORD_SSO_VERIFIED_DOMAINS")
_oidc = sign_on_settings.oidc(
    url=environment.optional_url("GOODWORD_OIDC_URL", example="https://login.example.com"),
    client_id=environment.text("GOODWORD_OIDC_CLIENT_ID", ""),
    secret=environment.text("GOODWORD_OIDC_CLIENT_SECRET", ""),
    name=environment.text("GOODWORD_OIDC_NAME", "single sign-on"),
    scopes=environment.words("GOODWORD_OIDC_SCOPES", "openid,profile,email"),
    verified_domains=_domains,
)
_saml = sign_on_settings.saml(
    idp=environment.text("GOODWORD_SAML_IDP", ""),
    name=environment.text("GOODWORD_SAML_NAME", "single sign-on"),
    attributes=environment.text("GOODWORD_SAML_ATTRIBUTES", ""),
    verified_domains=_domains,
)
# only if they are set up, since their libraries take three and twenty megabytes; tests set them up later
if _oidc or GOODWORD_ENV == "test":
    INSTALLED_APPS.append("allauth.socialaccount.providers.openid_connect")
if find_spec("onelogin") and (_saml or GOODWORD_ENV == "test"):  # the extra goodword[saml]
    INSTALLED_APPS.append("allauth.socialaccount.providers.saml")
SOCIALACCOUNT_PROVIDERS = _oidc | _saml
SOCIALACCOUNT_ADAPTER = "goodword.accounts.single_sign_on.SingleSignOnAdapter"
# a link, since browsers apply the policy's form-action to every redirect that follows a form
SOCIALACCOUNT_LOGIN_ON_GET = True
#: claims that make somebody a member; None if none do
GOODWORD_SSO_MEMBERS = sign_on_settings.member_claim(environment.text("GOODWORD_SSO_MEMBERS", ""))

# --- Mail ------------------------------------------------------------------------------------------------------
GOODWORD_MAIL_FROM = environment.address(
    "GOODWORD_MAIL_FROM", None if PRODUCTION else "people@goodword.example"
)
DEFAULT_FROM_EMAIL = GOODWORD_MAIL_FROM
#: provider whose events are accepted; its API also sends if its credentials are set and no SMTP server is
GOODWORD_MAIL_PROVIDER = mail.provider(environment.text("GOODWORD_MAIL_PROVIDER", ""))
_credentials = mail.credentials(
    environment.text("GOODWORD_MAIL_PROVIDER_SETTINGS", ""), provider=GOODWORD_MAIL_PROVIDER
)
GOODWORD_MAIL_WEBHOOK_SECRET = mail.webhook_secret(
    environment.text("GOODWORD_MAIL_WEBHOOK_SECRET", ""), provider=GOODWORD_MAIL_PROVIDER
)
if GOODWORD_MAIL_PROVIDER and not (_credentials or GOODWORD_MAIL_WEBHOOK_SECRET):
    raise environment.SettingError(
        "GOODWORD_MAIL_PROVIDER needs GOODWORD_MAIL_WEBHOOK_SECRET, to receive its events, or "
        "GOODWORD_MAIL_PROVIDER_SETTINGS, to send through its API."
    )
_own_server = None if PRODUCTION else "smtp://127.0.0.1:8026"
_smtp_url = environment.text("GOODWORD_SMTP_URL", "" if _credentials else _own_server)
if not _smtp_url:
    mail.check_sends(_credentials, provider=GOODWORD_MAIL_PROVIDER)
MAILERS = mail.mailers(provider=GOODWORD_MAIL_PROVIDER, smtp_url=_smtp_url)
ANYMAIL = mail.anymail(credentials=_credentials, webhook_secret=GOODWORD_MAIL_WEBHOOK_SECRET)
#: address for bounces (SMTP only), with a tag for each mail
GOODWORD_RETURN_ADDRESS = mail.return_address(environment.text("GOODWORD_RETURN_ADDRESS", ""))
#: expected DNS records; shown and checked on Settings > Sender domain
GOODWORD_MAIL_SPF = mail.spf_mechanisms(environment.words("GOODWORD_MAIL_SPF"))
GOODWORD_MAIL_DKIM_SELECTORS = mail.dkim_selectors(environment.words("GOODWORD_MAIL_DKIM_SELECTORS"))
GOODWORD_DNS_SERVERS = dns.servers(environment.words("GOODWORD_DNS_SERVERS"))
GOODWORD_HELP_CONTACT = environment.address(
    "GOODWORD_HELP_CONTACT", None if PRODUCTION else "help@goodword.example"
)

# --- Signatures of reports -------------------------------------------------------------------------------------
#: files with the operator's certificate and key; if empty, the installation signs with its own key
GOODWORD_SIGNING_CERTIFICATE = environment.text("GOODWORD_SIGNING_CERTIFICATE", "")
GOODWORD_SIGNING_KEY = environment.text("GOODWORD_SIGNING_KEY", "")
GOODWORD_SIGNING_PASSWORD = environment.text("GOODWORD_SIGNING_PASSWORD", "")
if not GOODWORD_SIGNING_CERTIFICATE and (GOODWORD_SIGNING_KEY or GOODWORD_SIGNING_PASSWORD):
    raise environment.SettingError(
        "GOODWORD_SIGNING_KEY or GOODWORD_SIGNING_PASSWORD is set, but GOODWORD_SIGNING_CERTIFICATE is not."
    )

# --- Greenhouse ------------------------------------------------------------------------------------------------
#: whether Greenhouse may be at a private address (a sandbox on this machine)
GOODWORD_ALLOW_PRIVATE_ADDRESSES = environment.flag(
    "GOODWORD_ALLOW_PRIVATE_ADDRESSES", default=not PRODUCTION
)
_public = not GOODWORD_ALLOW_PRIVATE_ADDRESSES
GOODWORD_GREENHOUSE_V3_URL = environment.service_url(
    "GOODWORD_GREENHOUSE_V3_URL", "https://harvest.greenhouse.io/v3", https=_public
)
GOODWORD_GREENHOUSE_V1_URL = environment.service_url(
    "GOODWORD_GREENHOUSE_V1_URL", "https://harvest.greenhouse.io/v1", https=_public
)
GOODWORD_GREENHOUSE_AUTH_URL = environment.service_url(
    "GOODWORD_GREENHOUSE_AUTH_URL", "https://auth.greenhouse.io", https=_public
)
GOODWORD_GREENHOUSE_APP_URL = environment.service_url(
    "GOODWORD_GREENHOUSE_APP_URL", "https://app.greenhouse.io", https=_public
)
#: minutes between two sync passes; 0: only when a member asks
GOODWORD_SYNC_MINUTES = environment.number("GOODWORD_SYNC_MINUTES", 10)
# Greenhouse retries a delivery for most of a day, and retries must not be processed as new
GOODWORD_INBOX_DAYS = environment.number("GOODWORD_INBOX_DAYS", 30, least=2)

# --- Time and language -----------------------------------------------------------------------------------------
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en", "English"), ("de", "Deutsch"), ("fr", "Français")]
USE_I18N = True
LOCALE_PATHS = [Path(__file__).parent / "locale"]
#: only in the demo, which plays three working days in a minute
GOODWORD_CLOCK_MAY_MOVE = GOODWORD_ENV == "demo"

# --- Static files ----------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = GOODWORD_DATA / "static"
#: folder of built fonts and style sheet; a cache that may be shared and deleted
GOODWORD_BUILT_STATIC = Path(
    environment.text("GOODWORD_BUILT_STATIC", str(GOODWORD_DATA / "built"))
).absolute()
STATICFILES_FINDERS = [
    "goodword.ui.static_files.BuiltFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
]
SERVESTATIC_USE_FINDERS = not PRODUCTION
SERVESTATIC_AUTOREFRESH = False
if PRODUCTION:
    STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "servestatic.storage.CompressedManifestStaticFilesStorage"},
    }

# --- Metrics --------------------------------------------------------------------------------------------------- either
# one gives a scraper access to /metrics; without them the page doesn't exist
GOODWORD_METRICS_TOKEN = environment.token("GOODWORD_METRICS_TOKEN")
GOODWORD_METRICS_FROM = environment.networks("GOODWORD_METRICS_FROM")
GOODWORD_WORKER_METRICS = environment.listening("GOODWORD_WORKER_METRICS")
if GOODWORD_WORKER_METRICS and not (GOODWORD_METRICS_TOKEN or GOODWORD_METRICS_FROM):
    raise environment.SettingError(
        "GOODWORD_WORKER_METRICS needs GOODWORD_METRICS_TOKEN or GOODWORD_METRICS_FROM, which say who may read them."
    )

# --- Errors and traces -----------------------------------------------------------------------------------------
GOODWORD_SENTRY_DSN = environment.only_with_extra(
    "GOODWORD_SENTRY_DSN",
    environment.sentry_dsn("GOODWORD_SENTRY_DSN"),
    module="sentry_sdk",
    extra="sentry",
)
#: a collector that accepts traces at /v1/traces
GOODWORD_OTLP_URL = environment.only_with_extra(
    "GOODWORD_OTLP_URL",
    environment.optional_url("GOODWORD_OTLP_URL", example="http://127.0.0.1:4318"),
    module="opentelemetry.exporter.otlp.proto.http",
    extra="otel",
)

# --- Logs ------------------------------------------------------------------------------------------------------
_log_format = environment.choice("GOODWORD_LOG_FORMAT", "TEXT", ("TEXT", "JSON"))
#: log a line for each request, except probes and static files
GOODWORD_ACCESS_LOG = environment.flag("GOODWORD_ACCESS_LOG", default=True)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "goodword.core.telemetry.RedactingFormatter",
            "fmt": "{asctime} {levelname} {name} {message}",
            "style": "{",
        },
        "json": {"()": "goodword.core.telemetry.JsonFormatter"},
    },
    "filters": {
        "refused": {"()": "goodword.core.telemetry.OneLineRefusals"},
        "reference": {"()": "goodword.core.telemetry.ErrorReference"},
        "wrong_host": {"()": "goodword.core.telemetry.WrongHost"},
    },
    "handlers": {
        "out": {
            "class": "logging.StreamHandler",
            "formatter": "json" if _log_format == "JSON" else "line",
            "filters": ["refused", "reference"],
        },
    },
    "loggers": {
        name: {"level": "WARNING"}
        for name in ("procrastinate", "httpx2", "httpcore2", "fontTools", "css_inline")
    }
    | {"django.security.DisallowedHost": {"filters": ["wrong_host"]}},
    "root": {
        "handlers": ["out"],
        "level": environment.choice(
            "GOODWORD_LOG_LEVEL",
            "WARNING" if os.environ.get("PYTEST_VERSION") else "INFO",
            environment.LOG_LEVELS,
        ),
    },
}
