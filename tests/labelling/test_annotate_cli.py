import signal
import socket
import sys

import pytest

from arf.cli import main
from arf.labelling.lock import held


@pytest.fixture
def refused(labelling, monkeypatch, make_case, make_output):
    """Types `arf annotate` with these words, which must be refused, and returns the line."""
    labelling.write([(make_case("0"), make_output("0"))])
    monkeypatch.chdir(labelling.root)
    monkeypatch.setenv("DVC_ROOT", str(labelling.root))

    def refused(*words: str) -> str:
        monkeypatch.setattr(sys, "argv", ["arf", "annotate", "--no-open", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        line = str(ended.value.code)
        assert line.startswith("error: ")
        assert "\n" not in line
        return line

    return refused


def test_names_that_are_no_persons_are_refused(refused) -> None:
    assert "'gold' is for what was settled" in refused("--as", "gold")
    assert "taken by an annotator that is no person" in refused("--as", "rules")
    assert "use letters" in refused("--as", "../anna")


def test_two_processes_under_one_name_are_refused(refused) -> None:
    with held("anna"):
        assert "anna is labelling in another process" in refused("--as", "anna")


def test_an_unknown_channel_or_annotator_is_refused(refused) -> None:
    line = refused("--as", "anna", "--channel", "webfrm")
    assert "did you mean webform?" in line
    assert "--show rules: no such labels" in refused("--as", "anna", "--show", "rules")


def test_a_channel_without_outputs_is_refused(refused) -> None:
    assert "run dvc repro teach" in refused("--as", "anna", "--channel", "webform")


def test_a_port_that_is_taken_is_refused(refused) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        assert f"--port {port}: " in refused("--as", "anna", "--port", port)


def test_the_address_stays_the_same_and_differs_between_people(
    labelling, make_case, make_output
) -> None:
    labelling.write([(make_case("0"), make_output("0"))])
    anna = labelling.serve()
    told = labelling.end(signal.SIGINT)
    assert "0 labelled now, 1 open" in told
    assert "arf annotate --as anna\n" in told
    assert "Traceback" not in told
    assert labelling.serve("--channel", "botchat") == anna
    assert labelling.serve(name="Ben B") != anna
    assert "arf annotate --as 'Ben B'" in labelling.end(signal.SIGINT)
    kept = labelling.root / ".arf" / "annotate" / "anna.json"
    assert kept.stat().st_mode & 0o077 == 0
