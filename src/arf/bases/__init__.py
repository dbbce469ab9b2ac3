"""The untuned models that students start from."""
