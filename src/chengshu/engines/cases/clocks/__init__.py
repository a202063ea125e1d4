"""Lawful clocks: how long a case may take by law, by promise and by step; what pauses, extends and ends that.

``limits``, ``timekeeping``, ``clock``     arithmetic over the official calendar, pure and immutable
``law``                                    the dated, cited rules as data; ``settled``: with the city's own
``lawful``, ``deeming``, ``compression``   what a rule allows, what silence means, how far a promise undercuts it
``situations``                             examples for officials, each of them a test
``keeping``, ``moving``, ``actions``, ``watching``   the clocks of real cases: rows, what is done to them, the round
"""
