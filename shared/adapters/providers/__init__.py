"""AI services that make images, one file a provider, and a registry by name."""
