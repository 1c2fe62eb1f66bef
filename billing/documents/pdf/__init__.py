"""An invoice as a page: PDF/A-3 with the same invoice as XML inside it. Pure, and without network or files."""
