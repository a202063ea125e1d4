"""Long work: queued, resumable, with progress that people can watch."""
