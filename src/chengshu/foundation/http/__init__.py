"""HTTP: doors, pages, the API and the one table from error to answer. Only this package knows status numbers."""
