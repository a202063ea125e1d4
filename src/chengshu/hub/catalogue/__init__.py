"""What is installed: navigation, permissions, the API's root."""
