"""The permit process that ``bench/cases.py`` and ``bench/crash.py`` drive: ground, walkers, stored cases, the peer."""
