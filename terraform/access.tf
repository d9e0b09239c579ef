# What a function may do: the roles of its function.yaml, each given at the smallest thing that it is needed for.

locals {
  places = {
    "roles/cloudtasks.enqueuer"               = "queues"
    "roles/iam.serviceAccountTokenCreator"    = "itself"
    "roles/iam.serviceAccountUser"            = "tasks"
    "roles/pubsub.publisher"                  = "topic"
    "roles/storage.objectAdmin"               = "buckets"
    "roles/storage.objectCreator"             = "buckets"
    "roles/storage.objectUser"                = "buckets"
    "roles/storage.objectViewer"              = "buckets"
    "roles/datastore.user"                    = "database"
    "roles/datastore.viewer"                  = "database"
    "roles/firebaseauth.admin"                = "project"
    "roles/firebaseauth.viewer"               = "project"
    "roles/serviceusage.serviceUsageConsumer" = "project"
    "roles/telemetry.writer"                  = "project"
  }

  grants = merge([
    for name, function in local.functions : {
      for role in function.roles : "${name} ${role}" => { function = name, role = role, place = lookup(local.places, role, "nowhere") }
    }
  ]...)

  granted = { for place in distinct(concat(values(local.places), ["nowhere"])) : place => { for key, grant in local.grants : key => grant if grant.place == place } }

  granted_queues = merge([
    for queue in keys(local.queues) : { for key, grant in local.granted.queues : "${key} ${queue}" => merge(grant, { queue = queue }) }
  ]...)

  granted_buckets = merge([
    for bucket in ["objects", "uploads"] : { for key, grant in local.granted.buckets : "${key} ${bucket}" => merge(grant, { bucket = bucket }) }
  ]...)

  granted_secrets = merge([
    for name, function in local.functions : { for secret in function.secrets : "${name} ${secret}" => { function = name, secret = secret } }
  ]...)
}

resource "google_cloud_tasks_queue_iam_member" "functions" {
  for_each = local.granted_queues

  name     = google_cloud_tasks_queue.queues[each.value.queue].name
  location = var.region
  role     = each.value.role
  member   = google_service_account.functions[each.value.function].member
}

# Functions send tasks that carry the tasks' account: they may use that account and no other.
resource "google_service_account_iam_member" "functions_send_tasks" {
  for_each = local.granted.tasks

  service_account_id = google_service_account.tasks.name
  role               = each.value.role
  member             = google_service_account.functions[each.value.function].member
}

# A function signs links to objects as itself, so a link can do what the function may do, and nobody holds a key.
resource "google_service_account_iam_member" "functions_sign" {
  for_each = local.granted.itself

  service_account_id = google_service_account.functions[each.value.function].name
  role               = each.value.role
  member             = google_service_account.functions[each.value.function].member
}

resource "google_pubsub_topic_iam_member" "functions" {
  for_each = local.granted.topic

  topic  = google_pubsub_topic.topics[local.events_topic].name
  role   = each.value.role
  member = google_service_account.functions[each.value.function].member
}

resource "google_storage_bucket_iam_member" "functions" {
  for_each = local.granted_buckets

  bucket = google_storage_bucket.buckets[each.value.bucket].name
  role   = each.value.role
  member = google_service_account.functions[each.value.function].member
}

resource "google_project_iam_member" "database" {
  for_each = local.granted.database

  project = var.project
  role    = each.value.role
  member  = google_service_account.functions[each.value.function].member

  condition {
    title      = "one_database"
    expression = "resource.name == \"projects/${var.project}/databases/${var.database}\""
  }
}

# Sign-in, and figures and spans, have no smaller thing than the project.
resource "google_project_iam_member" "project" {
  for_each = local.granted.project

  project = var.project
  role    = each.value.role
  member  = google_service_account.functions[each.value.function].member
}

resource "google_secret_manager_secret_iam_member" "functions" {
  for_each = local.granted_secrets

  secret_id = google_secret_manager_secret.secrets[each.value.secret].secret_id
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.functions[each.value.function].member
}

# --- Who may call ----------------------------------------------------------------------------------------------------------

resource "google_cloud_run_service_iam_member" "public" {
  for_each = { for name, function in local.functions : name => function if function.public }

  service  = google_cloudfunctions2_function.functions[each.key].name
  location = var.region
  role     = "roles/run.invoker"
  member   = "allUsers"
}

resource "google_cloud_run_service_iam_member" "callers" {
  for_each = { for name, function in local.functions : name => function if function.caller != null }

  service  = google_cloudfunctions2_function.functions[each.key].name
  location = var.region
  role     = "roles/run.invoker"
  member   = "serviceAccount:${each.value.caller}"

  depends_on = [google_service_account.tasks, google_service_account.schedules, google_service_account.pushes]
}
