"""The options of the command."""

from argparse import ArgumentParser, ArgumentTypeError, RawDescriptionHelpFormatter
from pathlib import Path

EXAMPLES = """\
examples:
  greenhouse-sandbox
      the demo world on http://127.0.0.1:8100, in memory
  greenhouse-sandbox --state sandbox.json
      the same, kept between runs
  greenhouse-sandbox --world 100000 --seed 7
      100,000 applications, the same ones each time
  greenhouse-sandbox --api-key secret-v1 --client-id me.harvest-v3.greenhouse --client-secret secret-v3
      credentials that a test can have written down, with every permission
  greenhouse-sandbox --webhook-url http://127.0.0.1:9000/hook --webhook-secret s3cret
      a web hook for every event, each with a ping at the start
  greenhouse-sandbox --tls
      https, with a certificate authority of its own whose file is printed

try it:
  curl -u secret-v1: http://127.0.0.1:8100/v1/jobs
  curl -X POST http://127.0.0.1:8100/_sandbox/act -H 'Content-Type: application/json' \\
       -d '{"act": "move", "candidate": "candidate1@people.example", "stage": "Assessment"}'
"""


def parser() -> ArgumentParser:
    """Everything that can be said on the command line."""
    made = ArgumentParser(
        prog="greenhouse-sandbox",
        description="A sandbox that behaves like Greenhouse Recruiting: Harvest v1 and v3, web hooks, screens.",
        epilog=EXAMPLES,
        formatter_class=RawDescriptionHelpFormatter,
    )
    where = made.add_argument_group("where it serves")
    where.add_argument(
        "--port", type=int, default=8100, help="TCP port, 0 for any free one (default: %(default)s)"
    )
    where.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    where.add_argument("--tls", action="store_true", help="serve https; prints which CA file to trust")
    where.add_argument(
        "--tls-ca-dir", type=Path, metavar="DIR", help="keep the certificate authority there (means --tls)"
    )
    where.add_argument(
        "--tls-name",
        action="append",
        default=[],
        metavar="NAME",
        help="another host name or address of the certificate (repeat; means --tls)",
    )
    where.add_argument(
        "--open-control",
        action="store_true",
        help="let other machines use screens and control plane, which have no login",
    )
    what = made.add_argument_group("what it holds")
    what.add_argument(
        "--world",
        type=_world,
        default="demo",
        metavar="WORLD",
        help="demo, empty, or a number of applications (default: %(default)s)",
    )
    what.add_argument(
        "--seed", type=int, default=0, metavar="N", help="which world of that size (default: %(default)s)"
    )
    what.add_argument("--state", type=Path, metavar="FILE", help="keep everything in this file between runs")
    keys = made.add_argument_group("credentials with every permission")
    keys.add_argument("--api-key", metavar="KEY", help="a Harvest v1 key")
    keys.add_argument(
        "--client-id", metavar="ID", help="a Harvest v3 client; ends with .harvest-v3.greenhouse"
    )
    keys.add_argument("--client-secret", metavar="SECRET", help="its secret")
    hooks = made.add_argument_group("web hooks")
    hooks.add_argument("--webhook-url", metavar="URL", help="where events are sent")
    hooks.add_argument("--webhook-secret", metavar="SECRET", help="the secret key that signs them")
    hooks.add_argument(
        "--webhook-actions",
        type=lambda text: [one.strip() for one in text.split(",") if one.strip()],
        default=[],
        metavar="A,B",
        help="which events (default: all)",
    )
    hooks.add_argument(
        "--webhook-ca", type=Path, metavar="FILE", help="trust this authority too when sending to https"
    )
    manner = made.add_argument_group("how it behaves")
    manner.add_argument(
        "--switch",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="set a switch, such as v1=410 (repeat; see /sandbox/switches)",
    )
    manner.add_argument("--no-limits", action="store_true", help="no rate limits")
    return made


def _world(text: str) -> str:
    if text in {"demo", "empty"} or (text.isdecimal() and 0 < int(text) <= 5_000_000):
        return text
    raise ArgumentTypeError(f"{text!r} is neither demo nor empty nor a number of applications")
