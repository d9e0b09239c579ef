"""What must be there before Terraform can work: programs, a project, its state's bucket."""

import shutil

from infra.deploy.deployments import Deployment
from infra.deploy.programs import Stopped

# Terraform enables all others itself; without these it cannot ask what is enabled.
FIRST_APIS = (
    "cloudbilling.googleapis.com",
    "cloudresourcemanager.googleapis.com",
    "firestore.googleapis.com",
    "iam.googleapis.com",
    "secretmanager.googleapis.com",
    "serviceusage.googleapis.com",
    "storage.googleapis.com",
)
# Rights are given to the accounts by which these act, and those are only made when somebody asks for them.
ACTING = (
    "artifactregistry.googleapis.com",
    "firestore.googleapis.com",
    "pubsub.googleapis.com",
    "secretmanager.googleapis.com",
)
_INSTALL = {
    "gcloud": "Install the Google Cloud CLI (https://cloud.google.com/sdk/docs/install), then run make deploy again.",
    "terraform": "Install Terraform 1.9 or newer (https://developer.hashicorp.com/terraform/install), then run make deploy again.",
}


def check_programs(deployment: Deployment) -> None:
    """gcloud and Terraform are installed and signed in; raises Stopped with how to get there."""
    programs = deployment.programs
    deployment.variables_file  # noqa: B018 - raises when the environment is unknown
    for name, hint in _INSTALL.items():
        if not programs.dry_run and shutil.which(name) is None:
            raise Stopped(f"The program {name} is not installed.", hint)
    account = programs.need(
        ["gcloud", "auth", "list", "--filter=status:ACTIVE", "--format=value(account)"], hint="Run: gcloud auth login"
    )
    if not account and not programs.dry_run:
        raise Stopped("gcloud is not signed in.", "Run: gcloud auth login")
    deployment.account = account.splitlines()[0] if account else ""
    programs.need(
        ["gcloud", "auth", "application-default", "print-access-token"],
        hint="Terraform signs in as you: run gcloud auth application-default login",
    )


def check_project(deployment: Deployment) -> None:
    """The project exists and is billed; raises Stopped."""
    programs, project = deployment.programs, deployment.project
    programs.need(
        ["gcloud", "projects", "describe", project, "--format=value(projectNumber)"],
        hint=f"Make it (gcloud projects create {project}), or name another: make deploy PROJECT=…",
    )
    billed = programs.ask(["gcloud", "billing", "projects", "describe", project, "--format=value(billingEnabled)"])
    if not programs.dry_run and billed is not None and billed.lower() != "true":
        raise Stopped(
            f"Project {project} is not billed to anybody, and functions need that.",
            f"Run: gcloud billing projects link {project} --billing-account=ACCOUNT (gcloud billing accounts list names them)",
        )


def enable_apis(deployment: Deployment) -> None:
    """The interfaces that Terraform itself needs."""
    deployment.programs.run(
        deployment.gcloud("services", "enable", *sorted({*FIRST_APIS, *ACTING})),
        hint="You need the role Owner (or Editor and Project IAM Admin) on the project, and it must be billed.",
    )


def make_agents(deployment: Deployment) -> None:
    """The accounts of Google's own services that Terraform gives rights to; those that are there stay."""
    for service in ACTING:
        deployment.programs.run(
            deployment.gcloud("beta", "services", "identity", "create", f"--service={service}"),
            hint="You need the role Service Usage Admin, and gcloud its beta commands (gcloud components install beta).",
        )
    deployment.programs.run(deployment.gcloud("storage", "service-agent"), hint="See that the project is billed.")


def make_state_bucket(deployment: Deployment) -> None:
    """A bucket for Terraform's state that keeps every version of it."""
    programs, bucket = deployment.programs, f"gs://{deployment.state_bucket}"
    if programs.ask(deployment.gcloud("storage", "buckets", "describe", bucket, "--format=value(name)")) is None:
        programs.run(
            deployment.gcloud(
                "storage",
                "buckets",
                "create",
                bucket,
                f"--location={deployment.region}",
                "--uniform-bucket-level-access",
                "--public-access-prevention",
            ),
            hint="Names of buckets are shared by all the world: when somebody else has this one, the project needs another id.",
        )
    programs.run(
        deployment.gcloud("storage", "buckets", "update", bucket, "--versioning"),
        hint=f"See that {bucket} belongs to this project: gcloud storage buckets describe {bucket}",
    )


def check_database(deployment: Deployment) -> None:
    """A database that is there already is taken over where it is; one in Datastore mode cannot be used."""
    programs = deployment.programs
    found = programs.ask(
        deployment.gcloud(
            "firestore",
            "databases",
            "describe",
            "--database=(default)",
            "--format=value[separator=' '](type,locationId)",
        )
    )
    if not found:
        print("  There is none yet; Terraform makes it.")
        return
    kind, _, location = found.partition(" ")
    if kind != "FIRESTORE_NATIVE":
        raise Stopped(
            f"The database of project {deployment.project} is in the mode {kind}, which Fanfold cannot use.",
            "Take another project, or change the mode of an empty database: gcloud firestore databases update --database='(default)' --type=firestore-native",
        )
    deployment.firestore_location = location.strip()
    print(f"  It is there, in {deployment.firestore_location}.")
