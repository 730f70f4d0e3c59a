"""Role > Job analysis: requirements by the tests and competencies that measure them."""
