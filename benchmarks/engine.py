"""The request engine against a mock server on loopback: `python benchmarks/engine.py [PART ...]`.

Parts: rate (requests a second and CPU beside the bare libraries and bespokelabs-curator), throttle
(429), outage (503), faults, cached, start, memory, kills. Without a name all of them run.

CURATOR names the Python of the environment that has bespokelabs-curator, if any; ROWS=10000,1000000
makes `memory` larger, RUNS=2 `kills` shorter. The server has one core and the client the other;
every figure is a ratio to what could be had, from
one run.
"""

import asyncio
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
LATENCY = 0.2
TEXT = "The customer asked for the parcel that had not come and was told to wait. " * 12
RATES = ((2000, 64), (3000, 256))


@contextmanager
def server(**behaviour: Any) -> Iterator[str]:
    """Runs the mock endpoint on the last core; yields its address."""
    command = [sys.executable, str(ROOT / "tests/mock_endpoint.py"), "--port", "0"]
    process = subprocess.Popen(
        [*command, "--config", json.dumps({"latency": LATENCY} | behaviour)],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(process.pid, {cores[-1]})
    try:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}/v1"
    finally:
        process.kill()
        process.wait()


def stats(url: str) -> dict[str, Any]:
    with urllib.request.urlopen(url.removesuffix("/v1") + "/control/stats") as response:
        return dict(json.load(response))


def client(kind: str, url: str, rows: int, concurrency: int, **more: Any) -> dict[str, Any]:
    """Runs one client on the first core in a process and a state folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        job = {"kind": kind, "url": url, "rows": rows, "concurrency": concurrency} | more
        python = os.environ["CURATOR"] if kind == "curator" else sys.executable
        command = [python, __file__, "client", json.dumps(job)]
        environment = os.environ | {"DVC_ROOT": more.get("state", folder), "OPENAI_API_KEY": "x"}
        core = min(os.sched_getaffinity(0))
        done = subprocess.run(
            command, env=environment, check=False, capture_output=True, text=True,
            preexec_fn=lambda: os.sched_setaffinity(0, {core}),
        )  # fmt: skip
        if done.returncode:
            raise SystemExit(f"{kind}: {done.stderr[-2000:]}")
        return dict(json.loads(done.stdout.splitlines()[-1]))


def messages(number: int, fault: str = "") -> list[dict[str, str]]:
    return [{"role": "user", "content": f"{fault} Case {number}. {TEXT}"}]


async def bare(url: str, rows: int, concurrency: int) -> None:
    import aiohttp

    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as session:

        async def one(number: int) -> None:
            body = {"model": "mock", "messages": messages(number), "max_tokens": 100}
            async with session.post(f"{url}/chat/completions", json=body) as response:
                json.loads(await response.read())

        await pool(one, rows, concurrency)


async def sdk(url: str, rows: int, concurrency: int) -> None:
    from openai import AsyncOpenAI

    async with AsyncOpenAI(base_url=url, api_key="x", max_retries=0) as openai:

        async def one(number: int) -> None:
            await openai.chat.completions.create(
                model="mock", messages=messages(number), max_tokens=100
            )

        await pool(one, rows, concurrency)


async def pool(one: Any, rows: int, concurrency: int) -> None:
    numbers = iter(range(rows))

    async def work() -> None:
        for number in numbers:
            await one(number)

    await asyncio.gather(*(work() for _ in range(concurrency)))


def arf(url: str, rows: int, concurrency: int, faults: tuple[str, ...] = ()) -> dict[str, Any]:
    from arf.llm import Question
    from arf.llm.account import account
    from arf.llm.endpoint import Endpoint, Limits, LlmParams, Sampling
    from arf.llm.open import open_asker

    limits = Limits(concurrency=concurrency, max_failed=1, timeout=10, patience=120)
    endpoint = Endpoint(
        provider="openai", base_url=url, model="mock", limits=limits,
        sampling=Sampling(max_tokens=100),
    )  # fmt: skip
    outcomes: Counter[str] = Counter()
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        with account("teach", LlmParams(), Path(folder)) as spending:
            asker = open_asker(endpoint, "teacher", spending)
            questions = (
                Question(f"case/{i}", messages(i, faults[i % len(faults)] if faults else ""))
                for i in range(rows)
            )
            for number, reply in enumerate(asker.ask(questions)):
                wrong += reply.question.id != f"case/{number}"
                outcomes[reply.failure.kind if reply.failure else "accepted"] += 1
                wrong += reply.failure is None and not (reply.text or "").strip()
        usage = json.loads((Path(folder) / "teach" / "usage.json").read_text())["teacher"]
    return {"outcomes": outcomes, "wrong": wrong, "usage": usage}


def curator(url: str, rows: int, concurrency: int) -> None:
    os.environ |= {"HOSTED_CURATOR_VIEWER": "0", "TELEMETRY_ENABLED": "false"}
    import tiktoken

    # It counts tokens with a file that tiktoken fetches; words do where there is no network.
    words = type("Words", (), {"encode": lambda self, text, **_: text.split()})()
    tiktoken.encoding_for_model = tiktoken.get_encoding = lambda *_: words
    from bespokelabs import curator as engine
    from datasets import Dataset

    class Summary(engine.LLM):  # type: ignore[misc]
        def prompt(self, row: dict[str, Any]) -> list[dict[str, str]]:
            return messages(row["number"])

        def parse(self, row: dict[str, Any], response: str) -> dict[str, Any]:
            return {"number": row["number"], "text": response}

    parameters = {
        "base_url": url, "max_concurrent_requests": concurrency,
        "max_requests_per_minute": 10**6, "max_tokens_per_minute": 10**9,
    }  # fmt: skip
    model = Summary(model_name="gpt-4o-mini", backend="openai", backend_params=parameters,
                    generation_params={"max_tokens": 100})  # fmt: skip
    model(Dataset.from_list([{"number": i} for i in range(rows)]), working_dir=tempfile.mkdtemp())


def run_client(job: dict[str, Any]) -> None:
    kind, url, rows, concurrency = (job[k] for k in ("kind", "url", "rows", "concurrency"))
    begun, cpu = time.perf_counter(), time.process_time()
    result: dict[str, Any] = {}
    if kind == "arf":
        result = arf(url, rows, concurrency, tuple(job.get("faults", ())))
    elif kind == "curator":
        curator(url, rows, concurrency)
    else:
        asyncio.run({"bare": bare, "sdk": sdk}[kind](url, rows, concurrency))
    result |= {
        "wall": time.perf_counter() - begun,
        "cpu": time.process_time() - cpu,
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    print(json.dumps(result))


def rate() -> None:
    kinds = ["bare", "sdk", "arf"] + (["curator"] if "CURATOR" in os.environ else [])
    for rows, concurrency in RATES:
        ideal = concurrency / LATENCY
        for kind in kinds:
            with server() as url:
                once = client(kind, url, 10, concurrency)
                found = client(kind, url, rows, concurrency)
            wall, cpu = without_start(found, once), found["cpu"] - once["cpu"]
            print(
                f"rate      {kind:8} {rows} rows at {concurrency:3}: eff {rows / wall / ideal:.2f}"
                f", {cpu / rows * 1e3:.2f} ms CPU a request, with start {found['wall']:.1f} s"
            )


def without_start(found: dict[str, Any], once: dict[str, Any]) -> float:
    """The wall time without what a process needs once: imports and first connections."""
    return float(found["wall"] - once["wall"] + LATENCY)


def start_up() -> dict[str, Any]:
    with server() as url:
        return client("arf", url, 10, 64)


def throttle() -> None:
    rows, once = 2000, start_up()
    for capacity, after in ((200, 1), (20, 1), (1000, 1), (200, None)):
        bucket = {"rate": 200, "capacity": capacity, "retry_after": after}
        ideal = (rows - capacity) / 200 + LATENCY
        with server(bucket=bucket) as url:
            found = client("arf", url, rows, 128)
            seen = stats(url)
        turned = seen["by_status"].get("429", 0)
        print(
            f"throttle  200/s, bucket of {capacity}, Retry-After {after}: "
            f"wall {without_start(found, once) / ideal:.2f} x ideal, "
            f"429s {turned / rows:.1%} of rows, "
            f"sends in the window {seen['in_window'] / seen['total']:.1%}, "
            f"lost {rows - found['outcomes'].get('accepted', 0)}"
        )


def outage() -> None:
    rows, concurrency, once = 3000, 64, start_up()
    ideal = 3 + rows / (concurrency / LATENCY)
    with server(outages=[{"start": 2, "end": 5, "status": 503}]) as url:
        found = client("arf", url, rows, concurrency)
        seen = stats(url)
    wasted = seen["total"] - rows
    print(
        f"outage    3 s of 503: wall {without_start(found, once) / ideal:.2f} x ideal, "
        f"wasted calls {wasted / rows:.1%}, lost {rows - found['outcomes'].get('accepted', 0)}"
    )


FAULTS = ("", "", "", "", "[[first:length]]", "[[first:500]]", "[[first:reset]]", "[[first:null]]",
          "[[first:empty]]", "[[first:truncated]]", "[[first:notjson]]", "[[first:no-choices]]",
          "[[first:429]]", "[[always:refusal]]", "[[always:length]]", "[[always:filter]]",
          "[[always:context]]", "[[always:empty]]", "", "")  # fmt: skip


def faults() -> None:
    rows = 2000
    with server(latency=0.02) as url:
        found = client("arf", url, rows, 64, faults=FAULTS)
    per = rows // len(FAULTS)
    always = Counter(fault.split(":")[1].strip("]") for fault in FAULTS if "always" in fault)
    wanted = {"filter": "content_filter"}
    right = {wanted.get(kind, kind): count * per for kind, count in always.items()}
    right["accepted"] = rows - sum(right.values())
    print(f"faults    {found['outcomes']}, {'as' if right == found['outcomes'] else 'NOT as'} "
          f"planted; empty or misplaced among the accepted: {found['wrong']}")  # fmt: skip


def cached() -> None:
    rows = 10_000
    with tempfile.TemporaryDirectory() as state, server(latency=0.0) as url:
        client("arf", url, rows, 64, state=state)
        before = stats(url)["total"]
        begun = time.perf_counter()
        found = client("arf", url, rows, 64, state=state)
        wall = time.perf_counter() - begun
        asked = stats(url)["total"] - before
    print(f"cached    {rows} rows: {wall:.1f} s with the process's start, {asked} asked, "
          f"{found['usage']['hits']} hits")  # fmt: skip


def memory() -> None:
    """Grows with what the process holds; the server and its lists are another process."""
    sizes = [int(rows) for rows in os.environ.get("ROWS", "10000,100000").split(",")]
    found = {}
    for rows in sizes:
        with server(latency=0.0) as url:
            found[rows] = client("arf", url, rows, 64)
        print(f"memory    {rows} rows: {found[rows]['memory']:.0f} MB at most, "
              f"{found[rows]['memory'] / found[sizes[0]]['memory']:.2f} x the first, "
              f"{rows / found[rows]['wall']:.0f} rows/s")  # fmt: skip


def kills() -> None:
    """Kills a run of 2,000 requests 200 times, ten times in each of 20 runs."""
    sys.path += [str(ROOT / "tests"), str(ROOT / "tests/llm")]
    from kills import run_and_kill
    from mock_endpoint import Behaviour, MockEndpoint

    rows, concurrency, repeated, under_way, missing = 2000, 32, 0, 0, 0
    runs = int(os.environ.get("RUNS", "20"))
    for seed in range(runs):
        with (
            tempfile.TemporaryDirectory() as folder,
            MockEndpoint(Behaviour(latency=0.05)) as mock,
        ):
            found = run_and_kill(mock, rows, concurrency, 10, Path(folder), seed)
        repeated += found.seen - rows
        under_way += sum(found.in_flight)
        missing += rows - len(set(found.texts.values()))
    print(f"kills     {10 * runs}: {missing} answers missing, {repeated} requests repeated, "
          f"{under_way} were being answered at the kills")  # fmt: skip


def start() -> None:
    code = "import arf.stages.teach, arf.llm.open, arf.llm.live.engine, aiohttp, openai"
    times = []
    for _ in range(5):
        begun = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True)
        times.append(time.perf_counter() - begun)
    print(f"start     a stage that only sends: {min(times):.2f} s of imports with the interpreter")


PARTS = {"rate": rate, "throttle": throttle, "outage": outage, "faults": faults, "cached": cached,
         "start": start, "memory": memory, "kills": kills}  # fmt: skip


def main() -> None:
    if sys.argv[1:2] == ["client"]:
        run_client(json.loads(sys.argv[2]))
        return
    for name in sys.argv[1:] or PARTS:
        PARTS[name]()


if __name__ == "__main__":
    main()
