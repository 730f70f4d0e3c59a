"""Reports as PDF: a frozen snapshot becomes typed blocks, and these an accessible file. No queries."""
