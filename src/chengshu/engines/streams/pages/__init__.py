"""The pages of devices: lists, one device, thing models, onboarding, the quarantine."""
