"""The audit chain: what was done or refused, by whom, append-only and linked by SM3 digests."""
