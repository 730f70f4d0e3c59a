"""deploy/goodword, the command with the settings of the services."""

import subprocess
from pathlib import Path

from tests.architecture.source import ROOT

FILE = r"""
# a comment = with an equals sign
DATABASE_URL=postgresql://a:b@host/goodword?sslmode=require&connect_timeout=5
GOODWORD_SMTP_URL=smtp://user:pa$$w0rd$HOME@mail.example.com
GOODWORD_MAIL_PROVIDER_SETTINGS={"POSTMARK_SERVER_TOKEN": "abc"}
GOODWORD_OIDC_NAME=`touch ran`;touch ran
  GOODWORD_SAML_NAME="Ann\"s \$ID"
GOODWORD_LOG_FORMAT='a "b" \c'
GOODWORD_MAIL_FROM=back\\slash
GOODWORD_SAML_CERTIFICATE="-----BEGIN
a\$b-----" '-----END'
GOODWORD_CLAMD=unix:/run/\
clamd.ctl
GOODWORD_POOL =4
GOODWORD_POOL=5
GOODWORD_BACKUPS = /mnt/the\ backups
LANG=C.UTF-8
PATH=/opt/pg/bin:/usr/bin:/bin
; another comment \
not a setting
GOODWORD_HELP_CONTACT=it@example.com"""


def test_settings_mean_the_same_as_to_systemd_and_the_callers_take_precedence(tmp_path: Path) -> None:
    file, command = tmp_path / "environment", tmp_path / "goodword"
    file.write_text(f"{FILE}\nGOODWORD_PORT=8000 \r\n", newline="")
    text = (ROOT / "deploy/goodword").read_text()
    replaced = {
        "/etc/goodword/environment": str(file),
        'exec "$runuser" -u goodword -- /opt/goodword/bin/goodword': 'echo "$runuser" > found && exec env -0',
    }
    for old, new in replaced.items():
        assert text.count(old) == 1
        text = text.replace(old, new)
    command.write_text(text)
    # cron's path
    given = {
        "PATH": "/usr/bin:/bin",
        "LANG": "C",
        "HOME": "/root",
        "GOODWORD_HELP_CONTACT": "somebody's@example.com",
    }
    done = subprocess.run(
        ["/bin/sh", str(command)], env=given, cwd=tmp_path, capture_output=True, text=True, check=True
    )
    names = ("GOODWORD", "DATABASE", "PATH", "LANG", "HOME")
    assert sorted(one for one in done.stdout.split("\0") if one.startswith(names)) == [
        "DATABASE_URL=postgresql://a:b@host/goodword?sslmode=require&connect_timeout=5",
        "GOODWORD_BACKUPS=/mnt/the backups",
        "GOODWORD_CLAMD=unix:/run/clamd.ctl",
        "GOODWORD_HELP_CONTACT=somebody's@example.com",
        r"""GOODWORD_LOG_FORMAT=a "b" \c""",
        r"GOODWORD_MAIL_FROM=back\slash",
        'GOODWORD_MAIL_PROVIDER_SETTINGS={"POSTMARK_SERVER_TOKEN": "abc"}',
        "GOODWORD_OIDC_NAME=`touch ran`;touch ran",
        "GOODWORD_POOL=5",
        "GOODWORD_PORT=8000",
        "GOODWORD_SAML_CERTIFICATE=-----BEGIN\na$b----------END",
        'GOODWORD_SAML_NAME=Ann"s $ID',
        "GOODWORD_SMTP_URL=smtp://user:pa$$w0rd$HOME@mail.example.com",
        "HOME=/root",
        "LANG=C.UTF-8",
        "PATH=/opt/pg/bin:/usr/bin:/bin",
    ]
    assert (tmp_path / "found").read_text().startswith("/")
    assert not (tmp_path / "ran").exists()
