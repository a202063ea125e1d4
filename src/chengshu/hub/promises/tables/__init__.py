"""The two official table layouts, read from text, .xlsx and .docx into the same rows."""

from chengshu.hub.promises.tables.problems import Problem, ReadResult
from chengshu.hub.promises.tables.text import read_tables, read_text

__all__ = ["Problem", "ReadResult", "read_tables", "read_text"]
