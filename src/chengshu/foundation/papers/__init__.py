"""Printed tables: one layout description becomes a spreadsheet, a text document and a PDF that say the same.

This is layout only. It knows no form and no law; whoever prints describes a :class:`~.layout.Paper`.
"""
