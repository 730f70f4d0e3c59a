"""Reports as PDF: a frozen snapshot becomes typed blocks, which become an accessible file. No queries."""
