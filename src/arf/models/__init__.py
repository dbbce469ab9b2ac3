"""Transformers models in this process: loading them, their chats as tokens, and generation."""
