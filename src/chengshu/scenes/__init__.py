"""One city job each; a scene never knows another scene."""
