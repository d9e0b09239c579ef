"""The command that changes one image that waits."""

from typing import Annotated, Any

import typer

from client.commands import options as opt
from client.errors import WrongUse
from client.sessions import Session

ItemId = Annotated[str, typer.Argument(metavar="ITEM", help="The item's id, itm_…, as fanfold items lists it.")]


def edit(
    ctx: typer.Context,
    batch_id: opt.BatchId,
    item_id: ItemId,
    prompt: Annotated[str | None, typer.Option(help="With other words.")] = None,
    model: Annotated[str | None, typer.Option(help="With another model.")] = None,
    aspect_ratio: Annotated[str | None, typer.Option(metavar="W:H", help="In another shape.")] = None,
    size: Annotated[str | None, typer.Option(help="In another size.")] = None,
    seed: Annotated[int | None, typer.Option(help="With another seed.")] = None,
    without: opt.Without = None,
    as_json: opt.Json = False,
) -> None:
    """Change an image that waits; what is not named stays."""
    wanted = {"prompt": prompt, "model": model, "aspect_ratio": aspect_ratio, "size": size, "seed": seed}
    changes: dict[str, Any] = {name: value for name, value in wanted.items() if value is not None}
    for name in without or ():
        if name in changes:
            raise WrongUse(f"Say either --{name} or --without {name}.")
        changes[name] = None
    if not changes:
        raise WrongUse("Say what is to be different: --prompt, --model, --aspect-ratio, --size, --seed or --without.")
    session: Session = ctx.obj
    with session.client() as client:
        item = client.edit_item(batch_id, item_id, **changes)
    if as_json:
        session.screen.document(item)
        return
    session.screen.line(item.id)
    named = ", ".join(name.replace("_", " ") for name in changes)
    session.screen.say(f"Changed: {named}. It is made so when its turn comes.")
