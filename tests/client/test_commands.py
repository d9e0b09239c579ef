"""The command: what it prints where, its exit codes, what it sends."""

import csv
import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from rich.text import Text

from tests.client.conftest import Invoke
from tests.client.wire import KEY, Reply, Wire, png, problem

ROWS = "prompt,variants,SKU,tags\nA cat,2,W-1,a;b\nA dog,,W-2,\n"


@pytest.fixture
def rows(tmp_path: Path) -> str:
    (tmp_path / "pets.csv").write_text(ROWS)
    return "pets.csv"


@pytest.fixture
def batch_id(wire: Wire) -> str:
    prompts = ("a cat", "please fail", "a dog")
    return str(wire.accept({"name": "Pets", "rows": [{"prompt": prompt} for prompt in prompts]})["id"])


def test_run_makes_the_images_and_prints_the_id_alone(fanfold: Invoke, wire: Wire, rows: str, tmp_path: Path) -> None:
    result = fanfold("run", rows, "--yes", "--out", "made")
    (batch_id,) = wire.batches
    assert (result.exit_code, result.stdout) == (0, f"{batch_id}\n")
    sent = wire.asked("POST", "/v1/batches")[0]
    assert sent.body == {
        "name": "pets",
        "rows": [
            {"prompt": "A cat", "variants": 2, "tags": ["a", "b"], "metadata": {"SKU": "W-1"}},
            {"prompt": "A dog", "metadata": {"SKU": "W-2"}},
        ],
    }
    assert sent.headers["Idempotency-Key"]
    names = ["0001-r1-v1-a-cat.png", "0002-r1-v2-a-cat.png", "0003-r2-v1-a-dog.png"]
    assert sorted(path.name for path in (tmp_path / "made").iterdir()) == [*names, "manifest.csv"]
    with (tmp_path / "made" / "manifest.csv").open(newline="") as file:
        manifest = list(csv.DictReader(file))
    assert [line["file"] for line in manifest] == names
    assert manifest[0]["tags"] == "a; b"
    for words in (
        "2 rows → 3 images · about $0.10 · about 1 min 15 s",
        "saves about $0.40",
        "✓ 3 images · $0.1008",
        "3 images saved in made",
    ):
        assert words in result.stderr


def test_options_become_defaults_and_settings_of_the_batch(fanfold: Invoke, wire: Wire, rows: str) -> None:
    result = fanfold(
        "run", rows, "--yes", "--detach", "--name", "N", "--variants", "3", "--model", "m", "--aspect-ratio", "4:5",
        "--size", "2k", "--seed", "0", "--reference-mode", "style_only", "--priority", "economy", "--budget", "12.50",
        "--tag", "x", "--tag", "y", "--reuse",
    )  # fmt: skip
    assert result.exit_code == 0
    body = wire.asked("POST", "/v1/batches")[0].body
    del body["rows"]
    assert body == {
        "name": "N", "priority": "economy", "budget_micros": 12_500_000, "tags": ["x", "y"], "reuse": True,
        "defaults": {
            "variants": 3, "model": "m", "aspect_ratio": "4:5", "size": "2K", "seed": 0, "reference_mode": "style_only",
        },
    }  # fmt: skip
    assert not wire.asked("GET", f"/v1/batches/bat_{0:020d}/events")


def test_a_file_with_settings_is_sent_with_them_and_options_win(fanfold: Invoke, wire: Wire) -> None:
    document = {"name": "From file", "defaults": {"size": "1K", "model": "m"}, "rows": [{"prompt": "a"}]}
    result = fanfold("run", "-", "--yes", "--detach", "--model", "n", stdin=json.dumps(document).encode())
    assert result.exit_code == 0
    body = wire.asked("POST", "/v1/batches")[0].body
    assert (body["name"], body["defaults"]) == ("From file", {"size": "1K", "model": "n"})
    document["defaults"] = {"colour": "red"}
    refused = fanfold("run", "-", "--yes", stdin=json.dumps(document).encode())
    assert refused.exit_code == 2
    assert "colour (for all rows): Extra inputs" in refused.stderr


@pytest.mark.parametrize(
    ("prompts", "code", "words"),
    [
        (("a", "b"), 0, "✓ 2 images"),
        (("a", "please fail"), 3, "please fail: Blocked by the model. Say it differently."),
        (("fail 1", "fail 2"), 1, "Try the failed ones again: fanfold retry bat_"),
    ],
)
def test_the_exit_code_tells_how_the_batch_ended(
    fanfold: Invoke, prompts: tuple[str, ...], code: int, words: str
) -> None:
    result = fanfold("run", "-", "--yes", stdin="\n".join(["prompt", *prompts]).encode())
    assert result.exit_code == code
    assert words in result.stderr


def test_a_cancelled_batch_ends_with_4(fanfold: Invoke, wire: Wire, batch_id: str) -> None:
    wire.batches[batch_id]["status"] = "cancelled"
    assert fanfold("watch", batch_id).exit_code == 4


def test_without_anyone_to_ask_run_wants_yes_and_sends_nothing(fanfold: Invoke, wire: Wire, rows: str) -> None:
    result = fanfold("run", rows)
    assert result.exit_code == 2
    assert "say --yes" in result.stderr
    assert wire.seen == []


@pytest.mark.parametrize(("answer", "batches", "code"), [(b"n\n", 0, 1), (b"y\n", 1, 0)])
def test_on_a_terminal_run_asks_about_the_price(
    wire: Wire, rows: str, tmp_path: Path, answer: bytes, batches: int, code: int
) -> None:
    keyboard, terminal = pty.openpty()
    try:
        command = subprocess.Popen(
            [sys.executable, "-c", "from client.main import run; run()", "run", rows],
            cwd=tmp_path,
            env=os.environ
            | {"FANFOLD_URL": wire.url, "FANFOLD_API_KEY": KEY, "PYTHONPATH": str(Path(__file__).resolve().parents[2])},
            stdin=terminal,
            stdout=subprocess.PIPE,
            stderr=terminal,
        )
        os.write(keyboard, answer)
        out, _ = command.communicate(timeout=30)
        shown = os.read(keyboard, 65_536).decode()
    finally:
        os.close(keyboard)
        os.close(terminal)
    assert "Make 3 images (about $0.10)? [y/n] (y): " in Text.from_ansi(shown.replace("\r", "")).plain
    assert (command.returncode, len(wire.batches)) == (code, batches)
    assert out.decode() == "".join(f"{batch_id}\n" for batch_id in wire.batches)


def test_wrong_cells_stop_everything_before_anything_is_sent(fanfold: Invoke, wire: Wire, tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text("prompt,variants,references\nA,0,none.png\n")
    result = fanfold("run", "bad.csv", "--yes")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        "✗ bad.csv has 2 wrong cells. Nothing was submitted.\n"
        "  row 2, variants: “0” is not a whole number from 1 to 10\n"
        "  row 2, references: none.png: no such file\n"
    )
    assert {seen.path for seen in wire.seen} == {"/v1/config"}


def test_the_servers_limits_hold_where_it_tells_them(fanfold: Invoke, wire: Wire, rows: str) -> None:
    wire.limits = {"rows": 1, "prompt_characters": 3, "a_later_one": 1}
    result = fanfold("run", rows, "--yes")
    assert "2 rows; a batch takes at most 1" in result.stderr
    assert "characters; at most 3 are taken" in result.stderr
    wire.then("GET", "/v1/config", Reply(404))
    assert fanfold("run", rows, "--yes").exit_code == 0


def test_what_the_server_refuses_is_told_in_rows_of_the_sheet(fanfold: Invoke, wire: Wire, rows: str) -> None:
    errors = [
        {"pointer": "/rows/1/metadata/a~1b", "detail": "Too long."},
        {"pointer": "/defaults/model", "detail": "Unknown model."},
        {"pointer": "/budget_micros", "detail": "Too small."},
    ]
    wire.then("POST", "/v1/batches:estimate", problem(422, "Invalid", "Wrong.", errors=errors))
    result = fanfold("run", rows, "--yes", "--model", "x")
    assert (result.exit_code, result.stdout) == (2, "")
    for words in (
        "row 3, metadata a/b: Too long.",
        "model (for all rows): Unknown model.",
        "budget_micros: Too small.",
    ):
        assert words in result.stderr


def test_local_references_are_uploaded_once_and_rows_carry_their_ids(
    fanfold: Invoke, wire: Wire, tmp_path: Path
) -> None:
    for name in ("a.png", "b.png"):
        (tmp_path / name).write_bytes(png(5))
    (tmp_path / "rows.csv").write_text("prompt,references\nx,a.png\ny,b.png;ref_old\n")
    assert fanfold("run", "rows.csv", "--yes").exit_code == 0
    (name,) = wire.references
    assert wire.references[name]["data"] == png(5)
    sent = wire.asked("POST", "/v1/batches")[0].body["rows"]
    assert [row["references"] for row in sent] == [[name], [name, "ref_old"]]
    estimated = [seen.body["rows"][0]["references"] for seen in wire.asked("POST", "/v1/batches:estimate")]
    assert estimated == [[], [name]]


def test_a_reference_that_the_server_refuses_is_a_wrong_cell(fanfold: Invoke, wire: Wire, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png())
    wire.then("POST", f"/v1/references/ref_{0:020d}:complete", problem(422, "Invalid", "Has 900 megapixels."))
    result = fanfold("run", "-", "--yes", stdin=b"prompt,references\nx,\ny,a.png\n")
    assert result.exit_code == 2
    assert "row 3, references: a.png: Has 900 megapixels." in result.stderr
    assert wire.batches == {}


@pytest.mark.parametrize(("change", "is_told"), [({"priority": "economy"}, True), ({"reuse": True}, False)])
def test_what_is_taken_from_equal_images_is_told_once(
    fanfold: Invoke, wire: Wire, rows: str, change: dict[str, object], *, is_told: bool
) -> None:
    saving = {"saves_micros": 67_200, "text": "Save.", "change": change}
    reuse = {"images": 2, "saves_micros": 67_200}
    answer = {"images": 3, "estimated_micros": 33_600, "by_model": [], "reuse": reuse, "suggestions": [saving]}
    wire.then("POST", "/v1/batches:estimate", Reply(200, answer))
    told = fanfold("estimate", rows).stderr
    assert ("Taking 2 images from equal ones saves about $0.0672" in told) == is_told


def test_estimate_sends_nothing_but_the_rows(fanfold: Invoke, wire: Wire, rows: str, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png())
    (tmp_path / "rows.csv").write_text("prompt,references\nx,a.png\n")
    result = fanfold("estimate", "rows.csv")
    assert result.exit_code == 0
    assert "Without 1 local reference picture" in result.stderr
    assert result.stdout == "images\testimated_micros\testimated_seconds\n1\t33600\t75\n"
    assert {seen.path for seen in wire.seen} == {"/v1/config", "/v1/batches:estimate"}
    assert json.loads(fanfold("estimate", rows, "--json").stdout)["images"] == 3


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "pets.csv", "--yes"), ("run", "pets.csv", "--yes", "--detach"), ("estimate", "pets.csv"), ("batches",),
        ("watch", "ID"), ("items", "ID"), ("download", "ID", "made"), ("pause", "ID"), ("resume", "ID"),
        ("cancel", "ID"), ("retry", "ID"), ("budget", "ID", "5"), ("models",), ("usage",), ("monitor",),
        ("limits",), ("limits", "set", "--day", "5"), ("credits",), ("edit", "ID", "itm_1", "--prompt", "a dog"),
        ("promote", "ID"), ("promote", "ID", "--item", "itm_1"),
        ("letters",), ("requeue", "itm_1"), ("discard", "itm_1", "--reason", "Nobody needs it."),
    ],
    ids=" ".join,
)  # fmt: skip
def test_with_json_stdout_is_one_json_document(
    fanfold: Invoke, batch_id: str, rows: str, arguments: tuple[str, ...]
) -> None:
    result = fanfold(*(batch_id if each == "ID" else each for each in arguments), "--json")
    assert isinstance(json.loads(result.stdout), dict)
    assert result.exit_code in (0, 3)


@pytest.mark.parametrize("command", ["pause", "resume", "cancel", "retry", "promote"])
def test_acts_print_the_id_and_say_the_new_state(fanfold: Invoke, batch_id: str, command: str) -> None:
    result = fanfold(command, batch_id)
    assert (result.exit_code, result.stdout) == (0, f"{batch_id}\n")
    assert f"fanfold watch {batch_id}" in result.stderr


def test_the_reason_of_a_state_stands_in_brackets_as_part_of_the_sentence(
    fanfold: Invoke, wire: Wire, batch_id: str
) -> None:
    wire.batches[batch_id] |= {"status": "cancelled", "status_reason": "Stopped \x1b[31mon request."}
    assert "Cancelled (Stopped [31mon request) ·" in fanfold("watch", batch_id).stderr
    wire.batches[batch_id] |= {"status": "running", "status_reason": "Pausing: what runs is kept."}
    assert "(Pausing: what runs is kept). Follow it" in fanfold("pause", batch_id).stderr


def test_a_budget_is_given_in_dollars(fanfold: Invoke, wire: Wire, batch_id: str) -> None:
    result = fanfold("budget", batch_id, "12.50")
    assert (result.exit_code, result.stdout) == (0, f"{batch_id}\n")
    assert (wire.seen[-1].method, wire.seen[-1].body) == ("PATCH", {"budget_micros": 12_500_000})
    wrong = fanfold("budget", batch_id, "much")
    assert (wrong.exit_code, "USD: much is not an amount of dollars" in wrong.stderr) == (2, True)
    below = fanfold("budget", batch_id, "-5")
    assert (below.exit_code, "USD: -5 is not an amount of dollars" in below.stderr) == (2, True)


def test_a_wrong_field_is_told_once_and_an_unknown_batch_with_what_to_do(fanfold: Invoke, wire: Wire) -> None:
    errors = [{"pointer": "/query/status", "detail": "Give one of these."}]
    wire.then("GET", "/v1/batches", problem(422, "Invalid", "/query/status: Give one of these.", errors=errors))
    assert fanfold("batches", "--status", "x").stderr.count("Give one of these.") == 1
    wire.then("GET", "/v1/batches/bat_no", problem(404, "Not found", "There is no batch bat_no."))
    assert "List your batches: fanfold batches" in fanfold("watch", "bat_no").stderr


def test_an_estimate_says_which_limit_it_would_hit(fanfold: Invoke, wire: Wire, rows: str) -> None:
    wire.fit |= {"fits": False, "images": 2, "limit": "The organisation's limit for today, $50.00"}
    told = " ".join(fanfold("estimate", rows).stderr.split())
    assert "Stops after 2 images at a limit: The organisation's limit for today, $50.00" in told


def test_retry_takes_items_and_changes(fanfold: Invoke, wire: Wire, batch_id: str) -> None:
    fanfold("retry", batch_id, "--item", "itm_1", "--item", "itm_2", "--model", "m")
    assert wire.seen[-1].body == {"items": ["itm_1", "itm_2"], "changes": {"model": "m"}}
    fanfold("retry", batch_id, "--without", "seed", "--without", "steps")
    assert wire.seen[-1].body == {"changes": {"seed": None, "steps": None}}
    assert fanfold("retry", batch_id, "--without", "prompt").exit_code == 2


def test_promote_brings_items_to_the_front_and_says_which_stay(fanfold: Invoke, batch_id: str) -> None:
    result = fanfold("promote", batch_id, "--item", "itm_1", "--item", "itm_busy")
    assert (result.exit_code, result.stdout) == (0, f"{batch_id}\n")
    assert "1 of 2 images come first now." in result.stderr
    assert "itm_busy: It is being made." in result.stderr


def test_letters_are_listed_requeued_and_discarded(fanfold: Invoke, wire: Wire) -> None:
    lines = [line.split("\t") for line in fanfold("letters", "--kind", "refused").stdout.splitlines()]
    assert [(line[0], line[1], line[3]) for line in lines[1:]] == [
        (f"itm_{number}", "bat_1", "refused") for number in range(3)
    ]
    result = fanfold("requeue", "--kind", "refused", "--with-model", "m", "--prompt", "a dog")
    assert (result.exit_code, result.stdout) == (0, "bat_1\t3\n")
    assert wire.seen[-1].body == {"filter": {"kind": "refused"}, "changes": {"model": "m", "prompt": "a dog"}}
    assert "3 images requeued. There are more: call again." in result.stderr
    result = fanfold("discard", "itm_busy", "--reason", "Nobody needs it.")
    assert result.exit_code == 1
    assert "bat_2 (Dogs): A retry of this batch is being prepared." in result.stderr
    assert fanfold("requeue", "--yes").exit_code == 0
    assert wire.seen[-1].body == {"filter": {}}
    assert fanfold("requeue", "itm_1", "--without", "seed").exit_code == 0
    assert wire.seen[-1].body == {"items": ["itm_1"], "changes": {"seed": None}}


@pytest.mark.parametrize(
    "arguments", [("requeue",), ("discard", "--reason", "x"), ("requeue", "itm_1", "--kind", "busy")]
)
def test_nothing_is_done_to_all_letters_by_oversight(fanfold: Invoke, wire: Wire, arguments: tuple[str, ...]) -> None:
    assert fanfold(*arguments).exit_code == 2
    assert wire.asked("POST", "/v1/dead-letters:requeue") == wire.asked("POST", "/v1/dead-letters:discard") == []


def test_lists_in_a_pipe_are_whole_lines_between_tabs(fanfold: Invoke, wire: Wire, batch_id: str) -> None:
    wire.finish(batch_id)
    wire.usage = [{"day": "2026-03-01", "images": 1200, "cost_micros": 33_600}]
    found = fanfold("batches").stdout.splitlines()[1].split("\t")
    assert [*found[:4], found[5]] == [batch_id, "completed_with_failures", "2/3", "$0.0672", "Pets"]
    lines = [line.split("\t") for line in fanfold("items", batch_id).stdout.splitlines()]
    assert [line[3] for line in lines] == ["status", "succeeded", "failed", "succeeded"]
    assert lines[2][6] == "Blocked by the model."
    assert len(fanfold("items", batch_id, "--status", "failed").stdout.splitlines()) == 2
    models = fanfold("models")
    told = ["preview", "preview", "$0.0336", "1K, 2K", "6", "2026-12-31 → preview-2", "default"]
    assert models.stdout.splitlines()[1].split("\t") == told
    assert "! preview: Ends on 2026-12-31. Use preview-2." in models.stderr
    assert fanfold("usage", "--from", "2026-03-01").stdout == "day\timages\tcost\n2026-03-01\t1,200\t$0.0336\n"
    wrong = fanfold("usage", "--from", "yesterday")
    assert (wrong.exit_code, "yesterday is not a day like 2026-11-05." in wrong.stderr) == (2, True)
    assert wire.seen[-1].query == {"from": "2026-03-01", "group_by": "day"}


def test_download_goes_on_where_it_stopped(fanfold: Invoke, wire: Wire, batch_id: str, tmp_path: Path) -> None:
    path = f"/signed/ast_{1:020d}"
    wire.then("GET", path, *[Reply(503)] * 5)
    broken = fanfold("download", batch_id, "made")
    assert broken.exit_code == 1
    assert f"Go on later: fanfold download {batch_id} made" in broken.stderr
    result = fanfold("download", batch_id, "made")
    assert (result.exit_code, result.stdout) == (0, "made\n")
    assert "1 image saved in made, 1 were there already" in result.stderr
    assert (tmp_path / "made" / "0003-r3-v1-a-dog.png").read_bytes() == png(1)


@pytest.mark.parametrize(
    ("arguments", "environment", "code", "words"),
    [
        (("batches",), {"FANFOLD_API_KEY": None}, 2, "No API key. Set it first: export FANFOLD_API_KEY"),
        (("batches",), {"FANFOLD_API_KEY": "wrong"}, 1, "Check FANFOLD_API_KEY"),
        (("batches",), {"FANFOLD_URL": "http://127.0.0.1:9"}, 1, "Is it running? Start it with: make run"),
        (("batches",), {"FANFOLD_URL": "nonsense"}, 2, "FANFOLD_URL is not an address"),
        (("watch", "bat_none"), {}, 1, "There is no batch bat_none."),
        (("run", "none.csv", "--yes"), {}, 2, "There is no file none.csv."),
        (("run", "pets.csv", "--yes", "--budget", "much"), {}, 2, "--budget: much is not an amount"),
        (("run", "pets.csv", "--yes", "--budget", "0"), {}, 2, "--budget: 0 is not an amount"),
        (("run", "pets.csv", "--yes", "--variants", "11"), {}, 2, "--variants: “11” is not a whole number"),
        (("run", "pets.csv", "--yes", "--aspect-ratio", "x"), {}, 2, "--aspect-ratio: “x” is not an aspect ratio"),
        (("run", "pets.csv", "--yes", "--priority", "asap"), {}, 2, "--priority"),
        (("run", "pets.csv", "--yes", "--out", "pets.csv"), {}, 2, "pets.csv is a file"),
        (("run", "pets.csv", "--yes", "--encoding", "klingon"), {}, 2, "no encoding named klingon"),
        (("dance",), {}, 2, "dance"),
    ],
)
def test_every_error_is_a_sentence_and_an_exit_code(
    fanfold: Invoke, rows: str, arguments: tuple[str, ...], environment: dict[str, str | None], code: int, words: str
) -> None:
    result = fanfold(*arguments, **environment)
    assert (result.exit_code, result.stdout) == (code, "")
    assert words in result.stderr
    assert "Traceback" not in result.stderr


def test_text_from_the_server_cannot_command_the_terminal(fanfold: Invoke, wire: Wire) -> None:
    batch = wire.accept({"name": "\x1b[2J[red]evil\u202e", "rows": [{"prompt": "a\tb\nc"}]})
    assert fanfold("batches").stdout.splitlines()[1].split("\t")[5] == "[2J[red]evil"
    assert fanfold("items", batch["id"]).stdout.splitlines()[1].split("\t")[5] == "a b c"
