"""Pages of energy from meters."""
