"""The command line: ``./chengshu …``. Each app with a ``commands.py`` adds a group named after itself."""
