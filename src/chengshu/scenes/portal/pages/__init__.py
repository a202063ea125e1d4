"""The pages of the portal: each parses, asks one query or action, and renders."""
