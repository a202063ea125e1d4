"""How promised targets are scored, watched, judged and led through their year.

Pure functions over plain values: no tables, no clock, no network. ``rules`` holds the law as data;
``measures`` says what a target asks; ``weights``, ``scoring`` and ``self_evaluation`` give the points of
the unit's own evaluation; ``curves`` and ``monitoring`` compare with the plan during the year; ``verdicts``
says whether a promise is kept; ``lifecycle`` is the table of states, and ``adapters`` turns parsed targets
into measures.
"""
