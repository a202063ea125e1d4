"""Where engines meet; the hub never names a scene."""
