"""Analyze-Revise-Finetune distillation (arXiv 2511.03005)."""
