"""CPU seconds for hostile input: returned mail, PDFs and office files of the largest accepted size.

The tests count operations; this measures time. Run it with `.venv/bin/python -m bench.hostile`.
"""

import contextlib
import io
import os
import time
import zipfile
from collections.abc import Callable, Iterator
from functools import partial

MB = 1_000_000
PIECES = (b"/", b"/J", b"/S ", b"(", b"#4a", b"/AA%" * 60 + b"\n", b"obj<</Type/ObjStm/First 1>>stream\n")
PARTS = {
    "elements": b"<s>" + b"<a/>" * 15 * MB + b"</s>",
    "formulas": b"<s>" + b"<f>A(</f>" * 3 * MB + b"</s>",
    "fields": b"<s>" + b'<fldChar fldCharType="begin"/><instrText>A</instrText>' * MB + b"</s>",
    "depth": b"<a>" * 20 * MB,
    "one text": b"<instrText>" + b" " * 60 * MB + b"</instrText>",
}
MAIL = {
    "2,000 parts in parts": "".join(
        f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(2000)
    ).encode(),
    "2 MB of short lines": b"Subject: Undelivered\n\n" + b"a\n" * MB,
    "2 MB of headers": b"a: b\n" * 400_000,
    "2 MB of reports": b"Content-Type: message/delivery-status\n\n" + b"a: b\n\n" * 300_000,
}


def main() -> None:
    os.environ |= {
        "GOODWORD_ENV": "test",
        "DATABASE_URL": "postgresql:///none",
        "DJANGO_SETTINGS_MODULE": "goodword.settings",
    }
    import django

    django.setup()
    for name, act in cases():
        before = time.process_time()
        with contextlib.suppress(Exception):  # refusal is a valid outcome
            act()
        print(f"{time.process_time() - before:6.2f} s  {name}", flush=True)


def cases() -> Iterator[tuple[str, Callable[[], object]]]:
    """Yield the name and action of each case."""
    from goodword.core.uploads import office, pdf
    from goodword.notifications.domain.bounces import read_returned

    for piece in PIECES:
        content = b"%PDF-1.7\n1 0 obj " + piece * (15 * MB // len(piece))
        yield f"PDF of {piece[:20]!r}", partial(pdf.is_active, content)
    for name, part in PARTS.items():
        content = archive(part)
        yield f"office file of {name}", partial(office.check, content)
    for name, raw in MAIL.items():
        yield f"returned mail of {name}", partial(read_returned, raw, sent_to="x@y.example")


def archive(part: bytes) -> bytes:
    """An office file with one part."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as whole:
        whole.writestr("word/document.xml", part)
    return made.getvalue()


if __name__ == "__main__":
    main()
