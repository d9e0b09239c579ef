"""One deployment: where to, with which programs, and what was found out on the way."""

from dataclasses import dataclass, field
from pathlib import Path

from infra.deploy.programs import ROOT, Programs, Stopped

TERRAFORM = ROOT / "terraform"
ARCHIVE = ROOT / "out" / "fanfold.zip"
PLAN = ROOT / "out" / "fanfold.tfplan"


@dataclass(slots=True, kw_only=True)
class Deployment:
    """Where to deploy, as whom, and which secrets have no value yet.

    `secret_files` are new values by the secrets' names; `by_degrees` leaves the traffic with the version before.
    """

    programs: Programs
    project: str
    region: str
    environment: str
    email: str = ""
    secret_files: dict[str, Path] = field(default_factory=dict)
    account: str = ""
    firestore_location: str = ""
    absent_secrets: list[str] = field(default_factory=list)
    by_degrees: bool = False

    @property
    def state_bucket(self) -> str:
        """The bucket that Terraform keeps its state in."""
        return f"{self.project}-terraform"

    @property
    def variables_file(self) -> Path:
        """What is said of this environment; raises Stopped when nothing is."""
        file = TERRAFORM / "environments" / f"{self.environment}.tfvars"
        if not file.is_file():
            known = ", ".join(sorted(path.stem for path in file.parent.glob("*.tfvars"))) or "none"
            raise Stopped(
                f"There is no environment {self.environment}.",
                f"Name one of these: {known}; or write {file.name} beside them.",
            )
        return file

    def gcloud(self, *words: str) -> list[str]:
        """A command of gcloud for this project."""
        return ["gcloud", *words, f"--project={self.project}"]

    def terraform(self, *words: str) -> list[str]:
        """A command of Terraform in its folder."""
        return ["terraform", f"-chdir={TERRAFORM.relative_to(ROOT)}", *words]

    def variables(self) -> list[str]:
        """What Terraform is told: the environment's file, and what only this deployment knows."""
        absent = ",".join(f'"{name}"' for name in self.absent_secrets)
        told = [
            f"project={self.project}",
            f"region={self.region}",
            f"environment={self.environment}",
            f"archive={ARCHIVE}",
            f"absent_secrets=[{absent}]",
        ]
        if self.by_degrees:
            told.append("all_traffic_on_latest=false")
        if self.firestore_location:
            told.append(f"firestore_location={self.firestore_location}")
        return [f"-var-file={self.variables_file}", *(f"-var={line}" for line in told)]
