resource "google_cloud_scheduler_job" "schedules" {
  for_each = local.of_schedules

  name             = each.value.kebab
  region           = var.region
  description      = each.value.description
  schedule         = each.value.trigger.cron
  time_zone        = try(each.value.trigger.time_zone, "Etc/UTC")
  paused           = var.paused
  attempt_deadline = "${max(15, min(1800, each.value.timeout_seconds))}s"

  retry_config {
    retry_count          = 3
    min_backoff_duration = "5s"
    max_backoff_duration = "60s"
  }

  http_target {
    http_method = "POST"
    uri         = each.value.url
    body        = base64encode("{}")
    headers     = { "Content-Type" = "application/json" }

    oidc_token {
      service_account_email = google_service_account.schedules.email
      audience              = each.value.url
    }
  }

  depends_on = [google_cloud_run_service_iam_member.callers]
}
