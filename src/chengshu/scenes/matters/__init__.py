"""Service matters, powers and lists: the catalogue that portal, counter and approvals live on."""
