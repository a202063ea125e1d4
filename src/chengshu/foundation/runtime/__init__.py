"""What keeps Chengshu running on one machine: database, processes, secrets, checks, backups.

It is not an app: it holds no tables, and all but :mod:`steps` and :mod:`grants` import without Django's
settings, so that the supervisor stays small and settings can ask it for the database's parameters.

Texts here are for the operator's terminal and logs and stay English; what reaches a browser is translated
elsewhere.
"""
