"""`goodword ready`, for health checks of containers: asks the web server of this machine, without loading Django."""

from http.client import HTTPConnection, HTTPException

from goodword.core import environment

#: seconds; /readyz answers within two
_TIMEOUT = 4


def is_ready() -> tuple[bool, str]:
    """Whether /readyz answers with 200, and its body or the reason why there is none. Raises SettingError."""
    host = environment.base_url("GOODWORD_BASE_URL", None, https=False).netloc
    connection = HTTPConnection("127.0.0.1", environment.port("GOODWORD_PORT", 8000), timeout=_TIMEOUT)
    try:
        connection.request("GET", "/readyz", headers={"Host": host})
        answer = connection.getresponse()
        return answer.status == 200, answer.read().decode(errors="replace")
    except (OSError, HTTPException) as error:
        return False, f"No answer from the web server: {error}"
    finally:
        connection.close()
