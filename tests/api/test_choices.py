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
