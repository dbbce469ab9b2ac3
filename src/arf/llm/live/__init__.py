"""Live requests to an endpoint: many under way, as fast as it takes them."""
