"""The web shell: templates, components, formats and the built front end. No domain, no rights, no queries."""
