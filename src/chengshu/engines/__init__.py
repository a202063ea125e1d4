"""One capability each; an engine never knows another engine."""
