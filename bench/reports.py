"""The time per report from snapshot to file, and the memory used for a thousand reports.

Every report has a different name, code and comments, so nothing is reused. If installed (`pip install weasyprint`),
WeasyPrint renders the same texts from HTML in the same run. Needs no database. Run it with
`.venv/bin/python -m bench.reports [--reports 1000]`.
"""

import argparse
import copy
import gc
import html
import io
import logging
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "scripts"))
import without_database

assert without_database

from pypdf import PdfReader  # noqa: E402
from tests.reports.pdf.typical import assessment, reference_check  # noqa: E402

from bench.figures import distribution_of, record  # noqa: E402
from goodword.core import clock  # noqa: E402
from goodword.reports.pdf.render import page_content, render_pdf  # noqa: E402
from goodword.reports.pdf.typesetter import typesetter  # noqa: E402
from goodword.reports.signing.signature import self_signed, sign  # noqa: E402

WARM = 5
STYLE = """
@page { size: A4; margin: 20mm 21mm; @bottom-right { content: counter(page) " / " counter(pages) } }
body { font: 9.5pt Inter, sans-serif } h1 { font-size: 20pt } h2 { font-size: 12.5pt } h3 { font-size: 10pt }
table { width: 100%; border-collapse: collapse } td, th { border-bottom: 0.5pt solid #ddd; text-align: left }
"""


def variants(snapshot: Any) -> Iterator[Any]:
    """Yield the same report with other names, codes and comments."""
    number = 0
    while True:
        number += 1
        one = copy.deepcopy(snapshot)
        one["candidate"] = {"name": f"Ada Okonkwo {number}"}
        one["code"] = f"GW-{number:04}"
        for question in one.get("check", {}).get("questions", ()):
            for comment in question["comments"]:
                comment["text"] = f"{comment['text']} {number}"
        for test in one.get("assessment", {}).get("tests", ()):
            test["name"] = f"{test['name']} {number}"
        yield one


def as_html(snapshot: Any) -> str:
    """Return the same texts in the same order, with tables instead of charts."""
    content = page_content(snapshot, replaced=())
    parts = [
        f"<style>{STYLE}</style><h1>{html.escape(content['name'])}</h1><p>{html.escape(content['lead'])}</p>"
    ]
    for section in (*content["front"], *content["body"], *content["closing"]):
        parts.append(f"<h2>{html.escape(section['title'])}</h2>")
        parts += [f"<table>{''.join(_rows(block))}</table>" for block in section["blocks"]]
    return "".join(parts)


def _rows(block: Any) -> Iterator[str]:
    for texts in _lines(block):
        yield f"<tr>{''.join(f'<td>{html.escape(text)}</td>' for text in texts)}</tr>"


def _lines(value: Any) -> Iterator[list[str]]:
    """Yield the texts of each object that contains any."""
    if isinstance(value, dict):
        texts = [one for key, one in value.items() if isinstance(one, str) and one and key != "type"]
        if texts:
            yield texts
        for one in value.values():
            if isinstance(one, dict | list):
                yield from _lines(one)
    elif isinstance(value, list):
        texts = [one for one in value if isinstance(one, str) and one]
        if texts:
            yield texts
        for one in value:
            if isinstance(one, dict | list):
                yield from _lines(one)


def memory(process: int | None) -> float:
    """Resident memory in MiB; 0 for a typesetter that has ended because it was idle."""
    if process is None:
        return 0.0
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1024**2


def cpu_seconds() -> float:
    """CPU time of this process and the typesetter."""
    if typesetter.pid is None:
        return time.process_time()
    times = Path(f"/proc/{typesetter.pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return time.process_time() + sum(map(int, times)) / os.sysconf("SC_CLK_TCK")


def measured(
    draw: Callable[[Any], bytes], snapshot: Any, times: int
) -> tuple[list[float], float, list[float], int]:
    """Return wall times and mean CPU time in ms, the typesetter's memory after each tenth, and the number of pages."""
    source = variants(snapshot)
    for _ in range(WARM):
        file = draw(next(source))
    wall, held = [], [memory(typesetter.pid)]
    cpu = 0.0
    for number in range(1, times + 1):
        one = next(source)
        began, spent = time.perf_counter(), cpu_seconds()
        file = draw(one)
        wall.append(1000 * (time.perf_counter() - began))
        cpu += 1000 * (cpu_seconds() - spent)
        if number % max(1, times // 10) == 0:
            gc.collect()
            held.append(memory(typesetter.pid))
    return wall, cpu / times, held, len(PdfReader(io.BytesIO(file)).pages)


def report(name: str, draw: Callable[[Any], bytes], snapshot: Any, times: int) -> None:
    wall, cpu, held, pages = measured(draw, snapshot, times)
    found = distribution_of(wall)
    record(
        f"report, {name}",
        pages=pages,
        cpu_ms=round(cpu),
        memory_mib=f"{memory(os.getpid()):.0f}, typesetter {held[1]:.0f} to {held[-1]:.0f}",
        **found,
    )
    of_typesetter = ", ".join(f"{one:.0f}" for one in held)
    print(
        f"{name:34} {pages:3} pages  n {times:5}  median {found['p50_ms']:6.0f} ms  p95 {found['p95_ms']:6.0f} ms  "
        f"cpu {cpu:6.0f} ms  memory {memory(os.getpid()):.0f} MiB, typesetter {of_typesetter} MiB",
        flush=True,
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=int, default=1000)
    parser.add_argument("--weasyprint", type=int, default=30, help="reports drawn by WeasyPrint")
    options = parser.parse_args()
    began = time.perf_counter()
    render_pdf(reference_check(4))
    print(f"first report, with the start of the typesetter: {1000 * (time.perf_counter() - began):.0f} ms")

    identity = self_signed(host="goodword.example", now=clock.now())

    def typst(snapshot: Any) -> bytes:
        return render_pdf(snapshot).bytes

    def signed(snapshot: Any) -> bytes:
        return sign(typst(snapshot), identity, now=clock.now()).content

    samples = {"references, 4 referees": reference_check(4), "assessment, 4 tests": assessment()}
    report("Typst, signed: references, 4 referees", signed, reference_check(4), options.reports)
    for (name, snapshot), share in zip(samples.items(), (10, 4), strict=True):
        report(f"Typst: {name}", typst, snapshot, max(1, options.reports // share))
    report("Typst: references, 25 referees", typst, reference_check(25), max(1, options.reports // 20))
    with suppress(ImportError):
        import weasyprint  # type: ignore[import-not-found]  # installed only for this

        logging.getLogger("weasyprint").setLevel(logging.ERROR)

        def weasy(snapshot: Any) -> bytes:
            file: bytes = weasyprint.HTML(string=as_html(snapshot)).write_pdf()
            return file

        for name, snapshot in samples.items():
            report(f"WeasyPrint: {name}", weasy, snapshot, options.weasyprint)
        return 0
    print("WeasyPrint is not installed: pip install weasyprint")
    return 0


if __name__ == "__main__":
    sys.exit(main())
