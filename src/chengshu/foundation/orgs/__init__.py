"""The organisation: units, their names over time, posts, appointments, delegations, and the powers that follow."""
