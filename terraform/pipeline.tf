# Who brings changes in by itself: Cloud Build (cloudbuild.yaml), or workflows on GitHub, which come in without a key.

# --- Cloud Build -------------------------------------------------------------------------------------------------------------

locals {
  built = { for repository in [var.pipeline_repository] : "repository" => {
    owner = split("/", repository)[0]
    name  = split("/", repository)[1]
  } if var.build_triggers && repository != "" }
}

# What a pull request brings is run before anybody has read it: this account can do nothing but write the log of it.
resource "google_service_account" "checks" {
  account_id   = "checks"
  display_name = "Checks"
  description  = "Tests pull requests."

  depends_on = [google_project_service.apis]
}

resource "google_project_iam_member" "checks_write_logs" {
  project = var.project
  role    = "roles/logging.logWriter"
  member  = google_service_account.checks.member
}

resource "google_cloudbuild_trigger" "pull_requests" {
  for_each = local.built

  name               = "fanfold-pull-requests"
  description        = "Tests each pull request."
  location           = var.region
  filename           = "cloudbuild.yaml"
  service_account    = google_service_account.checks.id
  include_build_logs = "INCLUDE_BUILD_LOGS_WITH_STATUS"

  substitutions = {
    _DEPLOY      = "false"
    _ENVIRONMENT = var.environment
    _REGION      = var.region
  }

  github {
    owner = each.value.owner
    name  = each.value.name

    # A stranger's change waits for a member's word.
    pull_request {
      branch          = "^${var.pipeline_branch}$"
      comment_control = "COMMENTS_ENABLED_FOR_EXTERNAL_CONTRIBUTORS_ONLY"
    }
  }

  depends_on = [google_project_iam_member.checks_write_logs]
}

resource "google_cloudbuild_trigger" "main" {
  for_each = local.built

  name            = "fanfold-deploy"
  description     = "Tests what was merged, and deploys it by degrees."
  location        = var.region
  filename        = "cloudbuild.yaml"
  service_account = google_service_account.deployer.id

  substitutions = {
    _DEPLOY      = "true"
    _ENVIRONMENT = var.environment
    _REGION      = var.region
  }

  github {
    owner = each.value.owner
    name  = each.value.name

    push {
      branch = "^${var.pipeline_branch}$"
    }
  }

  depends_on = [google_project_iam_member.deployer]
}

# --- Workflows on GitHub -----------------------------------------------------------------------------------------------------

resource "google_iam_workload_identity_pool" "pipeline" {
  count = var.pipeline_repository == "" ? 0 : 1

  workload_identity_pool_id = "fanfold-pipeline"
  display_name              = "Fanfold's pipeline"

  depends_on = [google_project_service.apis]
}

resource "google_iam_workload_identity_pool_provider" "pipeline" {
  count = var.pipeline_repository == "" ? 0 : 1

  workload_identity_pool_id          = google_iam_workload_identity_pool.pipeline[0].workload_identity_pool_id
  workload_identity_pool_provider_id = "github"
  display_name                       = "GitHub"

  attribute_mapping = {
    "google.subject"       = "assertion.sub"
    "attribute.repository" = "assertion.repository"
    "attribute.ref"        = "assertion.ref"
  }

  # Everybody's workflows carry GitHub's tokens: only this repository's, on this branch, come in.
  attribute_condition = "assertion.repository == \"${var.pipeline_repository}\" && assertion.ref == \"refs/heads/${var.pipeline_branch}\""

  oidc {
    issuer_uri = "https://token.actions.githubusercontent.com"
  }
}

resource "google_service_account_iam_member" "pipeline_is_deployer" {
  count = var.pipeline_repository == "" ? 0 : 1

  service_account_id = google_service_account.deployer.name
  role               = "roles/iam.workloadIdentityUser"
  member             = "principalSet://iam.googleapis.com/${google_iam_workload_identity_pool.pipeline[0].name}/attribute.repository/${var.pipeline_repository}"
}
