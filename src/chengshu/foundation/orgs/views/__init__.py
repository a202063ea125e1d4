"""The organisation's pages: reading for everybody signed in, changes for the security administrator."""
