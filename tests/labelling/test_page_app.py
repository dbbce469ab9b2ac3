import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from arf.files import sha256_text
from arf.labelling.app import build_app
from arf.labelling.desk import Desk
from arf.labels import read_own
from arf.records import Annotation, Finding

TOKEN = "a-token"
SOURCE, PROVIDER, MODEL = "zebra-source", "zebra-provider", "zebra-model"


@pytest.fixture
def desk(make_items, tmp_path, taxonomy) -> Desk:
    items = make_items(2, source=SOURCE, provider=PROVIDER, model=MODEL)
    output = items[1].output
    opinion = Annotation(
        id=output.id, channel="botchat", source=SOURCE, text_sha256=sha256_text(output.text),
        annotator=PROVIDER, taxonomy={}, rating=4,
        errors=(Finding(code="inferred_sentiment", span="sad", start=7),),
    )  # fmt: skip
    return Desk("anna", [items[0], replace(items[1], shown=opinion)], tmp_path, taxonomy)


@pytest.fixture
def client(desk) -> Iterator[TestClient]:
    with TestClient(build_app(desk, TOKEN), f"http://127.0.0.1:80/{TOKEN}/") as client:
        yield client


def save(client: TestClient, desk: Desk, place: int, given: object, **headers: str):
    return client.post(f"items/{desk.items[place].key}", json=given, headers=headers)


def test_an_item_is_shown_labelled_and_shown_again(client, desk, tmp_path) -> None:
    item = client.get("items/next").json()
    assert (item["place"], item["total"], item["state"]) == (0, 2, "open")
    assert item["output"] == "He was sad. It is 0."
    assert item["case"] == {"text": "My order 5 is late.", "turns": None, "fields": {}}
    assert (item["given"], item["suggested"]) == (None, None)
    given = {"errors": [{"code": "inferred_sentiment", "span": "sad", "start": 7}], "rating": 4}
    answer = save(client, desk, 0, given).json()
    assert answer == {"next": 1, "progress": {"botchat": {"total": 2, "open": 1, "skipped": 0}}}
    assert len(list(read_own(tmp_path, "anna", "botchat"))) == 1
    assert client.get("items/0").json()["given"]["rating"] == 4
    assert client.get("items/next").json()["place"] == 1
    assert save(client, desk, 1, {"rating": 5}).json()["next"] is None
    assert client.get("items/next").json()["place"] == 0


def test_a_suggestion_is_shown_without_its_maker_and_the_label_says_so(
    client, desk, tmp_path
) -> None:
    assert client.get("items/1").json()["suggested"] == {
        "rating": 4,
        "errors": [{"code": "inferred_sentiment", "span": "sad", "start": 7, "note": None}],
    }
    save(client, desk, 1, {"rating": 5})
    [label] = read_own(tmp_path, "anna", "botchat")
    assert label.seen == PROVIDER


def test_nothing_that_the_page_gets_says_who_wrote_the_output(client, desk) -> None:
    page = client.get("")
    paths = ["items/next", "items/0", "items/1", "items/2", "static/main.js", "static/page.css"]
    answers = [page, *(client.get(path) for path in paths), save(client, desk, 0, {"rating": 4}),
               save(client, desk, 1, {"rating": 6}), client.get("items/0")]  # fmt: skip
    for answer in answers:
        sent = answer.text + json.dumps(dict(answer.headers))
        assert "zebra" not in sent, answer.request.url
    assert {answer.status_code for answer in answers} == {200, 404, 422}


def test_what_a_row_has_beside_its_case_stays_here(desk, make_items, tmp_path, taxonomy) -> None:
    [item] = make_items(1)
    case = item.case.model_copy(
        update={"reference": "the ideal", "extra": {"facts": "hidden"}, "fields": {"product": 7}}
    )
    app = build_app(Desk("ben", [replace(item, case=case)], tmp_path, taxonomy), TOKEN)
    with TestClient(app, f"http://127.0.0.1/{TOKEN}/") as client:
        answer = client.get("items/0")
    assert answer.json()["case"]["fields"] == {"product": "7"}
    assert "ideal" not in answer.text
    assert "hidden" not in answer.text
    assert case.id not in answer.text


@pytest.mark.parametrize(
    "path", ["/", "/x/", "/a-toke/items/0", "/a-token-/items/0", "/static/main.js", "/é/items/0"]
)
def test_who_does_not_know_the_token_finds_nothing(client, path) -> None:
    answer = client.get(f"http://127.0.0.1{path}")
    assert (answer.status_code, answer.text) == (404, "Not Found")


def test_who_calls_the_machine_by_another_name_is_turned_away(client, desk) -> None:
    for host in ("evil.example", "127.0.0.1.evil.example:80", ""):
        assert client.get("items/0", headers={"host": host}).status_code == 400
        assert save(client, desk, 0, {"rating": 4}, host=host).status_code == 400
    assert client.get("items/0", headers={"host": "localhost:8000"}).status_code == 200


def test_another_sites_page_can_save_nothing(client, desk) -> None:
    for origin in ("http://evil.example", "null", "http://127.0.0.1:81", "https://127.0.0.1:80"):
        assert save(client, desk, 0, {"rating": 4}, origin=origin).status_code == 403
    form = client.post(f"items/{desk.items[0].key}", content=b'{"rating": 4}')
    assert form.status_code == 415
    assert desk.state(0) == "open"
    own = str(client.base_url).split(f"/{TOKEN}")[0]
    assert save(client, desk, 0, {"rating": 4}, origin=own).status_code == 200


def test_every_answer_forbids_the_page_to_reach_others(client) -> None:
    for path in ("", "items/0", "items/99", "static/page.css", "static/none.js"):
        policy = client.get(path).headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self';")
    assert client.get("static/%2e%2e/page.html").status_code == 404
    assert client.get("static/../../app.py").status_code == 404


def test_what_cannot_stand_is_refused_with_a_reason(client, desk) -> None:
    refused = save(client, desk, 0, {"errors": [{"code": "inferred_sentimant"}]})
    assert refused.status_code == 422
    assert "did you mean inferred_sentiment?" in refused.json()["error"]
    assert client.post("items/none", json={}).status_code == 404
    assert save(client, desk, 0, [1]).status_code == 400
    broken = client.post(
        f"items/{desk.items[0].key}", content=b"{", headers={"content-type": "application/json"}
    )
    assert (broken.status_code, broken.json()) == (400, {"error": "no JSON"})
    assert desk.state(0) == "open"


def test_a_full_disk_is_told_and_saves_nothing(client, desk, monkeypatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("arf.labelling.desk.append", full)
    answer = save(client, desk, 0, {"rating": 4})
    assert answer.status_code == 507
    assert "No space left" in answer.json()["error"]
    assert desk.state(0) == "open"


def test_the_taxonomy_is_markup_nowhere(make_items, tmp_path, taxonomy) -> None:
    code = taxonomy.codes["inferred_sentiment"].model_copy(
        update={"title": "<b>bold</b>", "definition": "<script>x</script>", "channels": ("a'\"b",)}
    )
    hostile = taxonomy.model_copy(update={"codes": {"inferred_sentiment": code}})
    app = build_app(Desk("ben", make_items(1), tmp_path, hostile), TOKEN)
    with TestClient(app, f"http://127.0.0.1/{TOKEN}/") as client:
        page = client.get("").text
    assert "<b>bold" not in page
    assert "<script>x" not in page
    assert "&lt;script&gt;x" in page
