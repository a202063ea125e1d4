"""People, power and proof: what every other layer stands on."""
