"""`python -m tests.oidc_provider`, configured by JSON on standard input (tests/support/oidc.py)."""

import json
import sys
from pathlib import Path

import django
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from waitress import serve

given = json.load(sys.stdin)
key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
settings.configure(
    SECRET_KEY="only-for-tests",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF="tests.oidc_provider.urls",
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
        "oauth2_provider",
    ],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "DIRS": [Path(__file__).parent / "templates"],
            "APP_DIRS": True,
            "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
        }
    ],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": given["database"]}},
    LOGIN_URL="/login/",
    USE_TZ=True,
    OAUTH2_PROVIDER={
        "OIDC_ENABLED": True,
        "OIDC_RSA_PRIVATE_KEY": key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
        "OAUTH2_VALIDATOR_CLASS": "tests.oidc_provider.claims.Validator",
        "SCOPES": {"openid": "sign in", "profile": "name", "email": "address"},
    },
)
django.setup()

from django.contrib.auth.models import User  # noqa: E402 - needs the settings
from oauth2_provider.models import Application  # noqa: E402

call_command("migrate", verbosity=0)
for name, claims in given["people"].items():
    User.objects.create_user(name, password=given["password"], last_name=json.dumps(claims))
Application.objects.create(
    client_id=given["client_id"],
    client_secret=given["client_secret"],
    client_type=Application.CLIENT_CONFIDENTIAL,
    authorization_grant_type=Application.GRANT_AUTHORIZATION_CODE,
    algorithm=Application.RS256_ALGORITHM,
    redirect_uris=given["redirect_uri"],
    skip_authorization=True,
)
print("ready", flush=True)
serve(get_wsgi_application(), host="127.0.0.1", port=given["port"], threads=2, _quiet=True)
