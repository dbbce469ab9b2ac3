"""What `params.yaml` says of a model that a role asks."""

import ipaddress
import os
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from arf.errors import ArfError
from arf.llm.keys import holds_key, is_called_key, looks_like_key
from arf.params import Section

RESERVED = {  # fields of a request body that the engine sets itself
    "model": "it is the role's model",
    "messages": "they come from the role's prompt",
    "response_format": "it comes from the role's answers",
    "stream": "answers are taken whole",
    "n": "one answer is asked for at a time",
}


def _plain_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("expected an address such as https://api.openai.com/v1")
    if parts.username or parts.password:
        raise ValueError("holds a user name or password; keys come from the environment alone")
    if parts.path.rstrip("/").endswith("/chat/completions"):
        raise ValueError("ends in /chat/completions; leave that part out")
    if parts.query or parts.fragment:
        raise ValueError("has a ? or # part, where a key could hide; put such things elsewhere")
    return url.rstrip("/")


def _plain_extra(extra: dict[str, Any]) -> dict[str, Any]:
    for name in extra:
        if name in RESERVED:
            raise ValueError(f"{name} cannot be set here: {RESERVED[name]}")
        if is_called_key(name):
            raise ValueError("holds a key; name its environment variable in the role's key")
    if holds_key(extra):
        raise ValueError("holds what looks like a key; keys come from the environment alone")
    return extra


class Sampling(Section):
    """How an answer is drawn; all of it shapes the answer.

    Attributes:
        max_tokens: the longest answer; null leaves it to the endpoint.
        temperature: 0 for the likeliest answer; null leaves it to the endpoint.
        top_p: the share of probability to draw from.
        seed: for endpoints that can repeat a draw.
        extra: further fields of the request body as the endpoint has them, such as
            `{max_completion_tokens: 300, reasoning_effort: low}`.
    """

    max_tokens: int | None = Field(default=512, gt=0)
    temperature: float | None = Field(default=None, ge=0, le=2)
    top_p: float | None = Field(default=None, gt=0, le=1)
    seed: int | None = None
    extra: Annotated[dict[str, Any], AfterValidator(_plain_extra)] = Field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        """Returns the fields of a request body."""
        own = self.model_dump(exclude={"extra"}, exclude_none=True)
        return own | self.extra

    @property
    def longest(self) -> int:
        """The most tokens that an answer may have, 4,096 where nothing says it."""
        return int(self.extra.get("max_completion_tokens") or self.max_tokens or 4096)


class Limits(Section):
    """How hard to press the endpoint; nothing of it shapes an answer.

    Attributes:
        concurrency: the most requests under way; the engine finds what the endpoint takes.
        requests_per_minute: a cap of one's own.
        tokens_per_minute: a cap of one's own, on prompts and answers together.
        tries: how often one request is sent that the server fails on; a time-out counts twice.
        reasks: how often an answer that cannot be used is asked for anew.
        timeout: seconds for an answer of no length; 0.1 more for each token that it may have.
        patience: seconds without any success after which the run stops.
        max_failed: the share of questions without an answer above which the stage fails.
    """

    concurrency: int = Field(default=64, gt=0)
    requests_per_minute: float | None = Field(default=None, gt=0)
    tokens_per_minute: float | None = Field(default=None, gt=0)
    tries: int = Field(default=6, gt=0)
    reasks: int = Field(default=2, ge=0)
    timeout: float = Field(default=60, gt=0)
    patience: float = Field(default=600, gt=0)
    max_failed: float = Field(default=0.02, ge=0, le=1)


class Endpoint(Section):
    """A model behind an OpenAI-compatible address.

    Attributes:
        base_url: up to and with `/v1`.
        model: as the endpoint names it.
        key: the name of the environment variable that holds the key; null where none is needed.
        sampling: how answers are drawn.
        limits: how hard to press.
        mode: `live` requests; `batch` for OpenAI's Batch API; `file` to write the requests to a
            file and read the answers from another (`vllm run-batch`, hand-over).
        answers: how a shape is asked for: by `schema` (`response_format`), by `prompt`, or `auto`
            for the first where the endpoint takes it.
        tokenizer: a folder or hub id, to count tokens exactly and before sending.
        context: tokens of prompt and answer that the model takes; needs no tokenizer, but then
            counts are estimates, and nothing is held back because of them.
        budget: money that one run may spend on this role; needs a price in prices.yaml.
    """

    provider: Literal["openai"]
    base_url: Annotated[str, AfterValidator(_plain_url)]
    model: str = Field(min_length=1)
    key: str | None = Field(default=None, pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")
    sampling: Sampling = Sampling()
    limits: Limits = Limits()
    mode: Literal["live", "batch", "file"] = "live"
    answers: Literal["auto", "schema", "prompt"] = "auto"
    tokenizer: str | None = None
    context: int | None = Field(default=None, gt=0)
    budget: float | None = Field(default=None, ge=0)

    @model_validator(mode="before")
    @classmethod
    def _key_is_a_name(cls, value: Any) -> Any:
        key = value.get("key") if isinstance(value, dict) else None
        if isinstance(key, str) and (key[:3] == "sk-" or looks_like_key(key) or len(key) > 60):
            raise ValueError("key names an environment variable; never write the key itself here")
        model = value.get("model") if isinstance(value, dict) else None
        if isinstance(model, str) and looks_like_key(model):
            raise ValueError("model holds what looks like a key; keys come from the environment")
        return value

    @property
    def is_loopback(self) -> bool:
        """Whether requests stay on this machine."""
        host = urlsplit(self.base_url).hostname or ""
        if host == "localhost":
            return True
        try:
            return ipaddress.ip_address(host).is_loopback
        except ValueError:
            return False

    @property
    def is_openai(self) -> bool:
        """Whether it is OpenAI itself."""
        return (urlsplit(self.base_url).hostname or "").endswith(".openai.com")

    def without_key(self, text: str) -> str:
        """Masks the key in what an endpoint says; some repeat it."""
        key = os.environ.get(self.key, "").strip() if self.key else ""
        return text.replace(key, "***") if key else text

    def read_key(self, role: str) -> str:
        """Returns the key from the environment.

        Raises:
            ArfError: the variable is not set, or holds what no header can carry.
        """
        if self.key is None:
            return "none"
        key = os.environ.get(self.key, "").strip()
        if not key:
            raise ArfError(
                f"{parameter(role)}.key: the environment variable {self.key} is not set; export it "
                "and run again"
            )
        if not key.isascii() or not key.isprintable() or " " in key:
            raise ArfError(
                f"{parameter(role)}.key: the environment variable {self.key} holds characters that "
                "no key has; set it again"
            )
        return key


class LocalModel(Section):
    """A transformers model in this process.

    Attributes:
        model: a folder, such as `models/base/default`, or a hub id.
        max_new_tokens: the longest answer.
        batch_size: how many answers are generated at once.
        reasks: how often an answer that cannot be used is asked for anew.
        max_failed: the share of questions without an answer above which the stage fails.
    """

    provider: Literal["local"]
    model: str = Field(min_length=1)
    max_new_tokens: int = Field(default=400, gt=0)
    batch_size: int = Field(default=8, gt=0)
    reasks: int = Field(default=1, ge=0)
    max_failed: float = Field(default=0.02, ge=0, le=1)


def parameter(role: str) -> str:
    """Returns where `params.yaml` has a role: below `roles`, where its name does not say."""
    return role if "." in role else f"roles.{role}"


class LlmParams(Section):
    """The section `llm` of `params.yaml`: what holds for every role.

    Attributes:
        budget: money that one run may spend on all roles together.
        pseudonymise: whether personal data is replaced on the way to endpoints that are not on
            this machine.
        names: the installed spaCy model by which names are, too; needs the extra `names`.
        tracing: whether requests go to MLflow as traces, pseudonymised.
    """

    budget: float | None = Field(default=None, ge=0)
    pseudonymise: bool = True
    names: str | None = Field(default=None, min_length=1)
    tracing: bool = False
