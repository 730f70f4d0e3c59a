import os

from goodword.core import wsgi

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "goodword.settings")
application = wsgi.application()
