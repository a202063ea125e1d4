"""The two official table layouts, read from text, .xlsx and .docx into the same rows."""
