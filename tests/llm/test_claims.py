"""No two holders of one claim, and none that outlives its process."""

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from arf.errors import ArfError
from arf.llm.cache.claims import Claims

KEY = hashlib.sha256(b"question").hexdigest()
HOLD = """
import sys; from pathlib import Path; from arf.llm.cache.claims import Claims
claims = Claims(Path(sys.argv[1])); print(claims.claim(sys.argv[2]), flush=True); sys.stdin.read()
"""


def test_a_second_claim_in_the_process_fails_until_release(tmp_path: Path) -> None:
    claims = Claims(tmp_path / "claims")
    assert claims.claim(KEY)
    assert not claims.claim(KEY)
    claims.release(KEY)
    assert claims.claim(KEY)


def test_another_process_holds_until_it_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "claims"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path), KEY],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as holder:  # fmt: skip
        assert holder.stdout and holder.stdout.readline() == "True\n"
        claims = Claims(path)
        assert not claims.claim(KEY)
        assert claims.claim("0" * 64)
        holder.kill()
        holder.wait()
        assert claims.claim(KEY)


def test_a_claim_is_none_on_another_key(tmp_path: Path) -> None:
    claims = Claims(tmp_path / "claims")
    keys = [hashlib.sha256(bytes([n])).hexdigest() for n in range(200)]
    assert all(claims.claim(key) for key in keys)
    for key in keys[::2]:
        claims.release(key)
    claims.release("0" * 64)
    assert [claims.claim(key) for key in keys[:4]] == [True, False, True, False]


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ArfError, match="file/claims: Not a directory"):
        Claims(tmp_path / "file" / "claims")
