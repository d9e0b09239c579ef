"""What the web shows of images: what people decided, and the recipe to be sent again."""

from shared.domain.modes import Role
from tests.api.stacks import ApiStack


def test_a_pick_is_seen_wherever_the_image_is_shown(stack: ApiStack) -> None:
    batch = stack.batch_of({"prompt": "A walker"}, {"prompt": "A cane"}, done=True)
    items = stack.ask("GET", f"/v1/batches/{batch}/items").json()["items"]
    assert [(one["asset"]["picked"], one["asset"]["rating"]) for one in items] == [(False, None), (False, None)]
    first = items[0]["asset"]["id"]
    stack.ask("POST", "/v1/assets:pick", role=Role.EVALUATOR, json={"ids": [first], "picked": True})
    stack.ask("POST", "/v1/assets:rate", role=Role.EVALUATOR, json={"ids": [first], "rating": 4})
    items = stack.ask("GET", f"/v1/batches/{batch}/items").json()["items"]
    assert [(one["asset"]["picked"], one["asset"]["rating"]) for one in items] == [(True, 4), (False, None)]
    urls = stack.ask("POST", "/v1/assets:urls", json={"ids": [first]}).json()["urls"]
    assert (urls[first]["picked"], urls[first]["rating"]) == (True, 4)
    winners = stack.ask("GET", "/v1/assets", params={"picked": "true", "batch": batch}).json()["assets"]
    assert [(one["id"], one["picked"], one["rating"]) for one in winners] == [(first, True, 4)]
    unrated = stack.ask("GET", "/v1/assets", params={"rated": "false", "sort": "oldest"}).json()["assets"]
    assert [one["prompt"] for one in unrated] == ["A cane"]


def test_an_image_tells_its_place_in_its_batch(stack: ApiStack) -> None:
    row = {"prompt": "A walker", "variants": 2, "expand": {"aspect_ratio": ["1:1", "4:5"]}}
    batch = stack.batch_of(row, {"prompt": "A cane"}, done=True)
    items = stack.ask("GET", f"/v1/batches/{batch}/items").json()["items"]
    images = stack.ask("GET", "/v1/assets", params={"batch": batch}).json()["assets"]
    assert {image["item"]: image["index"] for image in images} == {item["id"]: item["index"] for item in items}
    assert sorted(image["index"] for image in images) == [0, 1, 2, 3, 4]


def test_the_recipe_of_an_image_is_a_row_that_makes_it_again(stack: ApiStack) -> None:
    row = {
        "prompt": "A {{thing}}",
        "variables": {"thing": "walker"},
        "references": [stack.reference()],
        "reference_mode": "style_only",
        "aspect_ratio": "4:5",
        "seed": 7,
        "tags": ["spring"],
    }
    batch = stack.batch_of(row, done=True)
    asset = stack.ask("GET", "/v1/assets", params={"batch": batch}).json()["assets"][0]
    recipe = asset["recipe"]
    named = ("prompt", "model", "references", "reference_mode", "aspect_ratio", "size", "seed")
    steering = {name: recipe[name] for name in ("strength", "steps", "guidance") if recipe[name] is not None}
    again = stack.batch_of({name: recipe[name] for name in named} | steering, done=True)
    made = stack.ask("GET", "/v1/assets", params={"batch": again}).json()["assets"][0]
    assert made["recipe"] == recipe
    assert recipe["prompt"] == "A walker"
    assert recipe["references"] == row["references"]


def test_the_rows_of_a_batch_make_it_again(stack: ApiStack) -> None:
    body = {
        "rows": [
            {"prompt": "A {{thing}}", "variables": {"thing": "walker"}, "expand": {"aspect_ratio": ["1:1", "4:5"]}},
            {"prompt": "A cane", "variants": 3, "seed": 5, "metadata": {"sku": "C-1"}},
        ],
        "defaults": {"tags": ["spring"]},
    }
    first = stack.ask("POST", "/v1/batches", json=body).json()
    rows = stack.ask("GET", f"/v1/batches/{first['id']}/rows", role=Role.VIEWER).json()["rows"]
    assert [row["prompt"] for row in rows] == ["A {{thing}}", "A cane"]
    assert [row["tags"] for row in rows] == [["spring"], ["spring"]]
    again = stack.ask("POST", "/v1/batches", json={"rows": rows}).json()
    assert (again["images"], again["estimated_micros"]) == (first["images"], first["estimated_micros"])
    assert stack.ask("GET", f"/v1/batches/{again['id']}/rows").json()["rows"] == rows


def test_usage_and_limits_tell_whose_they_are(stack: ApiStack) -> None:
    batch, member = stack.batch_of(done=True, name="Spring"), stack.ours.admin
    by_member = stack.ask("GET", "/v1/usage", params={"group_by": "member"}).json()["usage"]
    assert [(row["key"], row["name"]) for row in by_member] == [(member.id, member.name)]
    by_batch = stack.ask("GET", "/v1/usage", params={"group_by": "batch"}).json()["usage"]
    assert [(row["key"], row["name"]) for row in by_batch] == [(batch, "Spring")]
    whole = stack.ask("GET", "/v1/usage").json()
    assert whole["usage"][0]["name"] == ""
    assert (whole["from"], whole["to"], whole["time_zone"]) == ("2026-01-30", "2026-03-01", "UTC")
    stack.ask("PATCH", "/v1/organisation", json={"time_zone": "America/New_York"})
    there = stack.ask("GET", "/v1/organisation").json()
    assert stack.ask("GET", "/v1/usage").json()["to"] == there["day"]
    stack.ask("PUT", f"/v1/limits/members/{member.id}", json={"day_micros": 5_000_000})
    (own,) = stack.ask("GET", "/v1/limits/members").json()["members"]
    assert (own["member"], own["limits"]["day_micros"]) == (member.id, 5_000_000)
    stack.ask("DELETE", f"/v1/limits/members/{member.id}")
    assert stack.ask("GET", "/v1/limits/members").json()["members"] == []


def test_the_line_of_a_batch_is_told_in_the_order_that_was_asked_for(stack: ApiStack) -> None:
    batch = stack.batch_of({"prompt": "A walker", "variants": 4})
    stack.engine.controls.pause(stack.ours.caller, batch)
    stack.steps()
    items = [item.id for item in stack.items(batch, stack.ours.org)]
    wanted = {"items": [items[1], items[0]], "last": True}
    assert stack.ask("POST", f"/v1/batches/{batch}/items:reorder", json=wanted).json() == {"moved": 2, "left": []}
    line = stack.ask("GET", f"/v1/batches/{batch}/line", role=Role.VIEWER, params={"page_size": 3}).json()
    assert [item["id"] for item in line["items"]] == [items[2], items[3], items[1]]
    assert (line["total"], line["sent_total"], line["resting_total"]) == (4, 0, 0)
    rest = stack.ask("GET", f"/v1/batches/{batch}/line", params={"page_token": line["next_page_token"]}).json()
    assert [item["id"] for item in rest["items"]] == [items[0]]
