"""Label Studio, out and back: tasks and a labelling configuration, and what people made of them."""

from arf.labelling.label_studio.export import read_export
from arf.labelling.label_studio.tasks import write_tasks

__all__ = ["read_export", "write_tasks"]
