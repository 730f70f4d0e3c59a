"""Technical sheets, a file for each kind of test; `library.sheet` has the one way to them."""
