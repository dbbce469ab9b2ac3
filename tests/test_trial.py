import pytest

from arf.annotate.mock import MockAnnotator
from arf.errors import ArfError
from arf.revise import Answer
from arf.revise.mock import MockEditor
from arf.revise.providers import EditorRole
from arf.rounds import Round
from arf.trial import TrialParams, trial

ROUNDS = {
    "r2": Round(parent="r1", codes="auto"),
    "r1": Round(parent="r0", codes={"botchat": ("inferred_sentiment", "exposed_identifier")}),
}
WORDS = {"inferred_sentiment": "sadness", "unn_content_redundant": "twicely"}


def test_rounds_build_on_one_another(taxonomy, make_case, make_output) -> None:
    texts = ["Late. sadness twicely", "Late. sadness", "Late."] * 20
    pairs = [(make_case(str(i)), make_output(str(i), text)) for i, text in enumerate(texts)]

    def answer(request):
        if request.code == "unn_content_redundant":
            assert "sadness" not in request.output.text
            return Answer(request.output.text)
        return Answer(request.output.text.replace("sadness", "").strip())

    figures = trial(
        pairs, "botchat", ROUNDS, MockAnnotator(WORDS), MockEditor(answer), taxonomy, gate=0.9
    )
    assert set(figures) == set(WORDS)  # the mock cannot find exposed identifiers
    good, bad = figures["inferred_sentiment"], figures["unn_content_redundant"]
    assert (good["n"], good["success"]["rate"], good["verdict"]) == (40, 1, "pass")
    assert (bad["n"], bad["success"]["rate"], bad["verdict"]) == (20, 0, "fail")
    assert good["collateral"] == bad["collateral"] == 0


def test_no_heldout_output_proves_nothing(taxonomy) -> None:
    editor = MockEditor(lambda request: Answer(None))
    figures = trial([], "botchat", ROUNDS, MockAnnotator(WORDS), editor, taxonomy, gate=0.9)
    assert {code: row["verdict"] for code, row in figures.items()} == dict.fromkeys(
        WORDS, "inconclusive"
    )


def test_an_editor_to_try_is_asked_as_a_role_of_its_own() -> None:
    params = TrialParams.model_validate(
        {"gate": 0.9, "editors": {"editor": {"provider": "recorded"}}}
    )
    own = EditorRole.model_validate({"provider": "rules"})
    named = {name: role for name, (role, _) in params.candidates(own).items()}
    assert named == {"rules": "editor", "editor": "trial.editors.editor"}
    recorded = params.editors["editor"]
    taken = TrialParams(gate=0.9, editors={"rules": recorded})
    with pytest.raises(ArfError, match=r"trial\.editors\.rules: .*choose another"):
        taken.candidates(own)
