"""Operation and maintenance: contracts, tickets, rounds of inspection, availability and what follows from it."""
