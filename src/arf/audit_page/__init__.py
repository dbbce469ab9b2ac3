"""The audit's page: how often the teacher errs, how sure that is, and what will be fixed."""
