"""Django's PostgreSQL backend with statements that last: parsed and planned once per connection."""
