"""The one work queue over every case of every scene, with the pages of a step, a case and the engine's health."""
