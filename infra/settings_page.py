"""Prints docs/settings.md from the settings' own class: `make docs` writes it."""

from pydantic_core import PydanticUndefined

from shared.config import Settings

HEAD = """# Settings

Every setting is an environment variable, read once at the start by `shared/config.py`; a wrong one stops the start with a sentence that names it.
This page is made from that class by `make docs`.

| variable | default | meaning |
|---|---|---|
"""


def render() -> str:
    """The whole page in Markdown: a row a setting, in the order of the class."""
    return HEAD + "".join(_row(name) for name in Settings.model_fields)


def _row(name: str) -> str:
    field = Settings.model_fields[name]
    alias = field.validation_alias
    variable = alias if isinstance(alias, str) else f"{Settings.model_config.get('env_prefix', '')}{name}".upper()
    if field.default is PydanticUndefined:
        default = "required"
    else:
        default = "" if field.default in (None, "") else f"`{field.default}`"
    return f"| `{variable}` | {default} | {(field.description or '').replace('|', chr(92) + '|')} |\n"


if __name__ == "__main__":
    print(render(), end="")
