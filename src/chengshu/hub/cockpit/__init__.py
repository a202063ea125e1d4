"""The cockpit: the state of the district on a wall, at a desk and on a phone, from one definition."""
