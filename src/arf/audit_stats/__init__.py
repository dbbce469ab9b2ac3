"""The audit's estimators: agreement, prevalence and trends, each by a published method."""
