"""Pages of links: one module for each part of a link's life."""
