"""Sets Django up for scripts that import models but use no database. Import it first."""

import os

import django

for _name, _value in (
    ("DJANGO_SETTINGS_MODULE", "goodword.settings"),
    ("GOODWORD_ENV", "test"),
    ("DATABASE_URL", "postgresql:///unused"),
):
    os.environ.setdefault(_name, _value)
django.setup()
