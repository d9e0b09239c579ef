# The account that deploys after the first time, by a pipeline without a key. An owner sets a project up once: the database,
# this account and its rights are beyond what it may change.

locals {
  deployer_roles = toset([
    "roles/artifactregistry.admin",
    "roles/cloudbuild.builds.editor",
    "roles/cloudfunctions.admin",
    "roles/cloudscheduler.admin",
    "roles/cloudtasks.admin",
    "roles/datastore.backupSchedulesAdmin",
    "roles/datastore.indexAdmin",
    "roles/firebaserules.admin",
    "roles/iam.roleViewer",
    "roles/iam.serviceAccountAdmin",
    "roles/iam.workloadIdentityPoolViewer",
    "roles/identityplatform.admin",
    "roles/logging.configWriter",
    "roles/logging.logWriter",
    "roles/monitoring.editor",
    "roles/pubsub.admin",
    "roles/run.admin",
    "roles/serviceusage.apiKeysAdmin",
    "roles/serviceusage.serviceUsageAdmin",
  ])

  # Of the project's own rights it may give these, and no others.
  deployer_gives = distinct(concat(
    [for role, place in local.places : role if contains(["database", "project"], place)],
    ["roles/logging.logWriter", "roles/storage.objectViewer"],
  ))

  acts_as = merge(
    { for name, account in google_service_account.functions : "function ${name}" => account.name },
    {
      builds    = google_service_account.builds.name
      pushes    = google_service_account.pushes.name
      schedules = google_service_account.schedules.name
    },
  )
}

resource "google_service_account" "deployer" {
  account_id   = "deployer"
  display_name = "Deployer"
  description  = "Applies this configuration, for a pipeline."

  depends_on = [google_project_service.apis]
}

resource "google_project_iam_member" "deployer" {
  for_each = local.deployer_roles

  project = var.project
  role    = each.key
  member  = google_service_account.deployer.member
}

resource "google_project_iam_member" "deployer_gives_roles" {
  project = var.project
  role    = "roles/resourcemanager.projectIamAdmin"
  member  = google_service_account.deployer.member

  condition {
    title      = "roles_of_functions_only"
    expression = "api.getAttribute('iam.googleapis.com/modifiedGrantsByRole', []).hasOnly([${join(", ", [for role in local.deployer_gives : "'${role}'"])}])"
  }
}

# Buckets and secrets without what is in them.
resource "google_project_iam_custom_role" "deployer" {
  role_id     = "fanfoldDeployer"
  title       = "Fanfold: deploy around data"
  description = "Change buckets and secrets, but read neither images nor secrets' values."

  permissions = [
    "resourcemanager.projects.get",
    "secretmanager.secrets.create",
    "secretmanager.secrets.get",
    "secretmanager.secrets.getIamPolicy",
    "secretmanager.secrets.list",
    "secretmanager.secrets.setIamPolicy",
    "secretmanager.secrets.update",
    "secretmanager.versions.get",
    "secretmanager.versions.list",
    "storage.buckets.get",
    "storage.buckets.getIamPolicy",
    "storage.buckets.list",
    "storage.buckets.setIamPolicy",
    "storage.buckets.update",
  ]
}

resource "google_project_iam_member" "deployer_around_data" {
  project = var.project
  role    = google_project_iam_custom_role.deployer.id
  member  = google_service_account.deployer.member
}

# The archives, and the state, which `make deploy` keeps in the bucket PROJECT-terraform.
resource "google_project_iam_member" "deployer_source_and_state" {
  project = var.project
  role    = "roles/storage.objectAdmin"
  member  = google_service_account.deployer.member

  condition {
    title      = "source_and_state_only"
    expression = "resource.name.startsWith(\"projects/_/buckets/${local.buckets.source}\") || resource.name.startsWith(\"projects/_/buckets/${var.project}-terraform\")"
  }
}

resource "google_service_account_iam_member" "deployer_acts_as" {
  for_each = local.acts_as

  service_account_id = each.value
  role               = "roles/iam.serviceAccountUser"
  member             = google_service_account.deployer.member
}
