"""The archive, the secrets' values, and Terraform."""

import base64
import secrets as randomness
from pathlib import Path

import yaml

from infra import archive
from infra.deploy.deployments import ARCHIVE, PLAN, Deployment
from infra.deploy.programs import ROOT, Stopped

PAGE_KEY = "FANFOLD_PAGE_KEY"
DATABASE = "google_firestore_database.database"
APPLY_HINT = (
    "Read the first error above. What was made stays, and the next run goes on from there: run the same make deploy again. "
    "An interface that was enabled just now can take a minute; a name that is taken must be freed or changed in terraform/environments."
)


def build(deployment: Deployment) -> None:
    """Write the archive of all functions."""
    made = archive.write(ARCHIVE)
    print(f"  {ARCHIVE.relative_to(ROOT)}: {made.files} files, {made.size_bytes // 1024} KiB, sha256 {made.sha256}")
    deployment.programs.shown.append(f"archive {made.sha256}")


def initialise(deployment: Deployment) -> None:
    """Terraform with its state in the project's bucket; a database from before is put under it."""
    programs = deployment.programs
    programs.run(
        deployment.terraform(
            "init", "-input=false", "-reconfigure", f"-backend-config=bucket={deployment.state_bucket}"
        ),
        hint=f"Terraform must reach registry.terraform.io and read gs://{deployment.state_bucket}.",
    )
    if not deployment.firestore_location:
        return
    known = (programs.ask(deployment.terraform("state", "list", DATABASE)) or "").splitlines()
    if DATABASE not in known:
        name = f"projects/{deployment.project}/databases/(default)"
        programs.run(
            deployment.terraform("import", "-input=false", *deployment.variables(), DATABASE, name),
            hint="The database that is there must be put under Terraform, so that it is not made a second time.",
        )


def wanted_secrets() -> list[str]:
    """The secrets that functions ask for, and the one that all of them need."""
    described = (
        yaml.safe_load(path.read_text(encoding="utf-8")) for path in (ROOT / "functions").glob("*/function.yaml")
    )
    return sorted({PAGE_KEY, *(name for said in described for name in said.get("secrets", []))})


def fill_secrets(deployment: Deployment) -> None:
    """Every secret has a value, or the functions do without it; values are never in Terraform's state."""
    programs = deployment.programs
    values: dict[str, bytes] = {}
    for name in wanted_secrets():
        if name in deployment.secret_files:
            values[name] = _read(deployment.secret_files[name])
        elif not has_value(deployment, name):
            if name == PAGE_KEY:
                values[name] = base64.b64encode(randomness.token_bytes(32))
            else:
                deployment.absent_secrets.append(name)
                print(f"  {name} has no value: deployed without it. Give one by: make deploy … SECRETS='{name}=FILE'")
    unknown = deployment.secret_files.keys() - set(wanted_secrets())
    if unknown:
        raise Stopped(
            f"No function asks for {', '.join(sorted(unknown))}.", f"Secrets are {', '.join(wanted_secrets())}."
        )
    programs.run(
        deployment.terraform(
            "apply",
            "-input=false",
            "-auto-approve",
            *deployment.variables(),
            "-target=google_secret_manager_secret.secrets",
        ),
        hint=APPLY_HINT,
    )
    for name, value in values.items():
        add_value(deployment, name, value)


def has_value(deployment: Deployment, name: str) -> bool:
    """Whether the secret exists and has a version in force."""
    command = ("secrets", "versions", "list", name, "--filter=state:ENABLED", "--limit=1", "--format=value(name)")
    return bool(deployment.programs.ask(deployment.gcloud(*command)))


def add_value(deployment: Deployment, name: str, value: bytes) -> None:
    """A new version of a secret, through standard input."""
    deployment.programs.run(
        deployment.gcloud("secrets", "versions", "add", name, "--data-file=-"),
        secret=value,
        hint="You need the role Secret Manager Admin.",
    )


def plan_and_apply(deployment: Deployment) -> None:
    """Show what will change, then change it."""
    programs = deployment.programs
    programs.run(
        deployment.terraform("plan", "-input=false", *deployment.variables(), f"-out={PLAN}"),
        hint="Nothing was changed. Read the first error above.",
    )
    programs.run(deployment.terraform("apply", "-input=false", str(PLAN)), hint=APPLY_HINT)


def _read(file: Path) -> bytes:
    try:
        value = file.read_bytes().strip()
    except OSError as error:
        raise Stopped(
            f"{file} cannot be read: {error.strerror}.", "Name a file that holds nothing but the secret."
        ) from None
    if not value:
        raise Stopped(f"{file} is empty.", "Name a file that holds nothing but the secret.")
    return value
