"""Placeholder."""
urlpatterns: list = []
