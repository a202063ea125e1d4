"""The columnar store: one owner process around chdb that speaks ClickHouse's HTTP protocol, or any ClickHouse.

Whoever uses it goes through ``client.columns()`` and never learns which of the two it is.
"""
