"""The pages, one module per kind of work, each with its ``urlpatterns``."""
