"""From the files of a finished pipeline to MLflow."""
