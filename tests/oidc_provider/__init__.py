"""An OpenID Connect provider to sign in with: django-oauth-toolkit in a small Django project, run as a program."""
