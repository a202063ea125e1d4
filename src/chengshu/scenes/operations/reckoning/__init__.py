"""Pure arithmetic of this scene: availability, penalties, distances. Nothing here knows a database."""
