output "public_url" {
  description = "Address that people and scripts call."
  value       = local.public_url
}

output "function_urls" {
  description = "Where each function answers."
  value       = { for name, function in google_cloudfunctions2_function.functions : name => function.url }
}

output "services" {
  description = "The Cloud Run service of each function, whose traffic a pipeline shifts."
  value       = { for name, function in google_cloudfunctions2_function.functions : name => function.name }
}

output "archive" {
  description = "The source that is deployed."
  value       = "gs://${google_storage_bucket_object.archive.bucket}/${google_storage_bucket_object.archive.name}"
}

output "settings" {
  description = "Settings that every function is given, for a program that does its work from elsewhere; nothing secret."
  value       = local.settings
}

output "buckets" {
  description = "Buckets of images, uploads and source."
  value       = { for name, bucket in google_storage_bucket.buckets : name => bucket.name }
}

output "queues" {
  description = "Queues, with what each may send at once."
  value       = { for name, queue in google_cloud_tasks_queue.queues : queue.name => local.queues[name].max_concurrent_dispatches }
}

output "secrets" {
  description = "Secrets whose values are added by hand or by make deploy."
  value       = sort([for secret in google_secret_manager_secret.secrets : secret.secret_id])
}

output "dead_letters" {
  description = "Where messages lie that no function would take."
  value       = sort([for subscription in google_pubsub_subscription.dead : subscription.name])
}

output "deployer" {
  description = "Account that a pipeline deploys as."
  value       = google_service_account.deployer.email
}

output "pipeline_provider" {
  description = "Workload identity provider for the pipeline; empty: none."
  value       = join("", google_iam_workload_identity_pool_provider.pipeline[*].name)
}

output "dashboard" {
  description = "Name of the dashboard."
  value       = google_monitoring_dashboard.overview.id
}
