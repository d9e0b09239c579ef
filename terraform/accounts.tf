# One account a function, and one for each way in which functions are called. None of them has a key.

resource "google_service_account" "functions" {
  for_each = local.functions

  account_id   = each.value.account_id
  display_name = "Function ${each.value.kebab}"
  description  = each.value.description

  depends_on = [google_project_service.apis]
}

resource "google_service_account" "tasks" {
  account_id   = split("@", local.task_account)[0]
  display_name = "Tasks"
  description  = "Whose token Cloud Tasks sends to functions."

  depends_on = [google_project_service.apis]
}

resource "google_service_account" "schedules" {
  account_id   = split("@", local.schedule_account)[0]
  display_name = "Schedules"
  description  = "Whose token Cloud Scheduler sends to functions."

  depends_on = [google_project_service.apis]
}

resource "google_service_account" "pushes" {
  account_id   = split("@", local.push_account)[0]
  display_name = "Pushes"
  description  = "Whose token Pub/Sub sends to functions."

  depends_on = [google_project_service.apis]
}

resource "google_service_account" "builds" {
  account_id   = "builds"
  display_name = "Builds"
  description  = "Builds the functions' images from their source."

  depends_on = [google_project_service.apis]
}

# To ask for this one is to make it.
data "google_storage_project_service_account" "here" {
  depends_on = [google_project_service.apis]
}

locals {
  # Accounts by which Google's own services act in this project.
  agents = {
    artifacts = "service-${data.google_project.here.number}@gcp-sa-artifactregistry.iam.gserviceaccount.com"
    firestore = "service-${data.google_project.here.number}@gcp-sa-firestore.iam.gserviceaccount.com"
    functions = "service-${data.google_project.here.number}@gcf-admin-robot.iam.gserviceaccount.com"
    pubsub    = "service-${data.google_project.here.number}@gcp-sa-pubsub.iam.gserviceaccount.com"
    run       = "service-${data.google_project.here.number}@serverless-robot-prod.iam.gserviceaccount.com"
    secrets   = "service-${data.google_project.here.number}@gcp-sa-secretmanager.iam.gserviceaccount.com"
    storage   = data.google_storage_project_service_account.here.email_address
  }
}

# Pub/Sub makes the tokens that it pushes with.
resource "google_service_account_iam_member" "pubsub_makes_tokens" {
  service_account_id = google_service_account.pushes.name
  role               = "roles/iam.serviceAccountTokenCreator"
  member             = "serviceAccount:${local.agents.pubsub}"
}

# --- Builds --------------------------------------------------------------------------------------------------------------

resource "google_project_iam_member" "builds_write_logs" {
  project = var.project
  role    = "roles/logging.logWriter"
  member  = google_service_account.builds.member
}

resource "google_project_iam_member" "builds_read_source" {
  project = var.project
  role    = "roles/storage.objectViewer"
  member  = google_service_account.builds.member

  # Cloud Functions copies the archive into a bucket that it makes itself.
  condition {
    title      = "source_only"
    expression = "resource.name.startsWith(\"projects/_/buckets/gcf-v2-sources-\") || resource.name.startsWith(\"projects/_/buckets/${local.buckets.source}\")"
  }
}

resource "google_artifact_registry_repository_iam_member" "builds_write_images" {
  location   = google_artifact_registry_repository.functions.location
  repository = google_artifact_registry_repository.functions.repository_id
  role       = "roles/artifactregistry.writer"
  member     = google_service_account.builds.member
}

# --- A customer's key ------------------------------------------------------------------------------------------------------

resource "google_kms_crypto_key_iam_member" "agents" {
  for_each = var.kms_key == "" ? {} : local.agents

  crypto_key_id = var.kms_key
  role          = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
  member        = "serviceAccount:${each.value}"
}
