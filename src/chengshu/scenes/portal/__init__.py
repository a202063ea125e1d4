"""The public portal: find a matter, see what is needed, apply, follow, supplement and collect."""
