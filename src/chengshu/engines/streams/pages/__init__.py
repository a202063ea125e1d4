"""Pages of devices and alarms."""
