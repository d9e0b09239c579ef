resource "google_cloud_tasks_queue" "queues" {
  for_each = local.queues

  name          = "${var.queue_prefix}${each.key}"
  location      = var.region
  desired_state = var.paused ? "PAUSED" : "RUNNING"

  rate_limits {
    max_dispatches_per_second = each.value.max_dispatches_per_second
    max_concurrent_dispatches = each.value.max_concurrent_dispatches
  }

  # Cloud Tasks throws a task away when its attempts are used up. Fanfold counts tries itself and ends every item in words,
  # so no delivery is ever the last one.
  retry_config {
    max_attempts  = -1
    min_backoff   = "${var.queue_retries.min_backoff_seconds}s"
    max_backoff   = "${var.queue_retries.max_backoff_seconds}s"
    max_doublings = var.queue_retries.max_doublings
  }

  dynamic "stackdriver_logging_config" {
    for_each = var.queue_log_share == 0 ? [] : [var.queue_log_share]

    content {
      sampling_ratio = stackdriver_logging_config.value
    }
  }

  depends_on = [google_project_service.apis]
}
