"""The pages of devices and alarms: lists, one device, thing models, onboarding, the quarantine, alarms."""
