"""What is installed: modules, actions, permissions, events and routes, for people and for the documentation."""
