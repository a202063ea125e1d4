"""Named numbers with dated definitions, computed from the platform's own records, with evidence."""
