"""The one place that sends chat completions: OpenAI's SDK for keys and addresses, aiohttp to send.

The SDK's own request path costs 0.9 ms of CPU a request, plain aiohttp 0.2, which decides how many
requests a core can keep under way (`benchmarks/engine.py rate`). So the SDK says where a request
goes and which headers it bears, and its transport's library sends it.
"""

import json
import socket
import ssl
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from arf.llm.answers import Answer, Malformed, parse
from arf.llm.endpoint import Endpoint, parameter
from arf.llm.faults import Fault, refusal, tls_refusal

CONNECT_SECONDS = 15
ACCOUNT = ("OpenAI-Organization", "OpenAI-Project")


def _proxy_of(url: str) -> str | None:
    """Returns the proxy that the environment names for an address."""
    parts = urlsplit(url)
    return None if proxy_bypass(parts.hostname or "") else getproxies().get(parts.scheme)


class Client:
    """Sends requests to one endpoint; to be made and used within one event loop."""

    def __init__(self, endpoint: Endpoint, role: str) -> None:
        import aiohttp
        from openai import AsyncOpenAI

        self.endpoint = endpoint
        self.role = role
        key = endpoint.read_key(role)
        sdk = AsyncOpenAI(base_url=endpoint.base_url, api_key=key, max_retries=0)
        headers = {**sdk.default_headers, **sdk.auth_headers}
        if not endpoint.is_openai:  # whose account it is tells nobody else anything
            headers = {name: text for name, text in headers.items() if name not in ACCOUNT}
        self._url = str(sdk.base_url.join("chat/completions"))
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=30),
            headers={name: value for name, value in headers.items() if isinstance(value, str)},
            cookie_jar=aiohttp.DummyCookieJar(),
        )
        # aiohttp's own way to find the proxy would let a .netrc stand in for the key.
        self._proxy = None if endpoint.is_loopback else _proxy_of(endpoint.base_url)

    async def complete(
        self, body: dict[str, Any], seconds: float
    ) -> tuple[Answer, Mapping[str, str]]:
        """Sends one request.

        Args:
            body: the request body.
            seconds: the time-out.

        Returns:
            The answer and the response's headers.

        Raises:
            Fault: another try may do better.
            Refused: this request will never do.
            NoSchema: the endpoint takes no `response_format`.
            ArfError: no request to this endpoint can do.
        """
        import aiohttp

        data = json.dumps(body).encode()
        wait = aiohttp.ClientTimeout(total=seconds, sock_connect=min(CONNECT_SECONDS, seconds))
        try:
            async with self._session.post(
                self._url, data=data, timeout=wait, allow_redirects=False, proxy=self._proxy
            ) as response:
                raw = await response.read()
                status, headers = response.status, response.headers
        except (TimeoutError, aiohttp.ServerTimeoutError) as error:
            raise Fault(
                f"no answer within {seconds:.0f} s", "down", own=True, kind="timeout"
            ) from error
        except aiohttp.ClientConnectorError as error:
            raise self._not_connected(error) from error
        except (aiohttp.ClientError, OSError) as error:
            raise Fault(
                f"the connection broke: {type(error).__name__}", "down", own=True
            ) from error
        try:
            content = json.loads(raw) if raw else None
        except (ValueError, RecursionError) as error:
            if status == 200:
                raise Fault("the answer is no JSON", "row", own=True) from error
            content = raw[:1000].decode("utf-8", "replace")
        if status != 200:
            raise refusal(self.endpoint, self.role, status, headers, content)
        try:
            return parse(content), headers
        except Malformed as error:
            raise Fault(str(error), "row", own=True) from error

    async def models(self) -> list[dict[str, Any]]:
        """Returns what the endpoint lists as its models; nothing where it lists none."""
        import aiohttp

        try:
            async with self._session.get(
                self._url.removesuffix("chat/completions") + "models",
                timeout=aiohttp.ClientTimeout(total=CONNECT_SECONDS),
                proxy=self._proxy,
            ) as response:
                listed = json.loads(await response.read())["data"]
                return [model for model in listed if isinstance(model, dict)]
        except (aiohttp.ClientError, OSError, ValueError, KeyError, TypeError):
            return []

    def _not_connected(self, error: Any) -> Exception:
        """Tells a name that there is not and a false certificate from a server that is down."""
        cause = getattr(error, "os_error", None)
        if isinstance(cause, ssl.SSLError):
            return tls_refusal(f"{parameter(self.role)}: {self.endpoint.base_url}", cause)
        if isinstance(cause, socket.gaierror):
            return Fault(
                f"no address for {self.endpoint.base_url}", "down", own=False, reached=False
            )
        return Fault(
            f"cannot connect: {getattr(cause, 'strerror', cause)}", "down", own=False, reached=False
        )

    async def close(self) -> None:
        """Closes all connections."""
        await self._session.close()
