"""Events, plans, duty, instructions and situation reports of the operations centre."""
