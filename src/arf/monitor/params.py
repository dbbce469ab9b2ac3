"""The section `monitor` of `params.yaml`."""

from pydantic import Field

from arf.params import Section


class MonitorParams(Section):
    """The `monitor` section.

    Attributes:
        alpha: how probable it may be that any error is said to have moved where none has.
        max_rise: the rise of an error's rate, as a share of the outputs, that is an alarm when it
            is surely passed: by the lower bound of the difference.
        least: the scored outputs below which a channel is not tested, in the batch and in what it
            is held against.
    """

    alpha: float = Field(gt=0, lt=1)
    max_rise: float = Field(ge=0, lt=1)
    least: int = Field(ge=2)
