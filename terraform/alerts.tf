locals {
  on_functions = "monitored_resource=\"cloud_run_revision\""
  # Of OpenTelemetry's figures, which have the names of shared/telemetry.py.
  on_passing = "kind=~\"busy|unavailable|timeout|unknown\""
  on_queues  = "monitored_resource=\"cloud_tasks_queue\""

  # One query each, for an alert and for the dashboard. An alert says what it means and what to do first.
  alerts = {
    dispatch_lag = {
      title    = "Tasks wait for their turn"
      severity = "WARNING"
      query    = "histogram_quantile(0.95, sum by (le, queue_id) (rate(cloudtasks_googleapis_com:queue_task_attempt_delays_bucket{${local.on_queues}}[5m]))) / 1000"
      limit    = var.alert_limits.dispatch_lag_seconds
      unit     = "s"
      holds    = "600s"
      text     = "One task in twenty starts this many seconds after it was due. Either a queue's limits are lower than what is submitted (queues), or its function has no more instances to give (functions), or Cloud Tasks holds the queue back because the function answers errors: look at its errors first."
    }
    queue_depth = {
      title    = "A queue is long"
      severity = "WARNING"
      query    = "max by (queue_id) (cloudtasks_googleapis_com:queue_depth{${local.on_queues}})"
      limit    = var.alert_limits.queue_depth
      unit     = "1"
      holds    = "1800s"
      text     = "So many tasks wait in one queue, for half an hour. Fanfold sends a lane only what its models can take: see whether the function fails, or whether the queue is paused."
    }
    dead_letters = {
      title    = "Messages that no function would take"
      severity = "ERROR"
      query    = "max by (subscription_id) (pubsub_googleapis_com:subscription_num_undelivered_messages{monitored_resource=\"pubsub_subscription\",subscription_id=~\".+-dead\"})"
      limit    = 0
      unit     = "1"
      holds    = "0s"
      text     = "A message was tried thirty times and laid aside; it is kept for 31 days. Read it with `gcloud pubsub subscriptions pull SUBSCRIPTION --limit=10`, see in the function's log why it was refused, and publish it again once that is mended."
    }
    sweep = {
      title    = "The sweep does not run"
      severity = "CRITICAL"
      query    = "absent_over_time(run_googleapis_com:request_count{${local.on_functions},service_name=\"reconcile\",response_code_class=\"2xx\"}[15m])"
      limit    = 0
      unit     = "1"
      holds    = "300s"
      text     = "For a quarter of an hour the function reconcile, which is called each minute, has done nothing. Batches go on by themselves, but what was lost on the way is not found again. See whether its schedule is paused (`gcloud scheduler jobs describe reconcile`), and what its log says."
    }
    error_share = {
      title    = "Functions answer errors"
      severity = "ERROR"
      query    = "sum by (service_name) (rate(run_googleapis_com:request_count{${local.on_functions},response_code_class=\"5xx\"}[10m])) / sum by (service_name) (rate(run_googleapis_com:request_count{${local.on_functions}}[10m]))"
      limit    = var.alert_limits.error_share
      unit     = "1"
      holds    = "600s"
      text     = "This share of a function's answers are errors of its own. A provider's failures are not among them: those end in the item. Look for its log's last `request_failed` or `delivery_failed`; after a deployment, roll back first."
    }
    errors = {
      title    = "Functions log errors"
      severity = "WARNING"
      query    = "sum by (event, function) (increase(logging_googleapis_com:user_${google_logging_metric.errors.name}{${local.on_functions}}[10m]))"
      limit    = var.alert_limits.errors_in_ten_minutes
      unit     = "1"
      holds    = "0s"
      text     = "The same error so often in ten minutes. Its lines: `jsonPayload.level=\"error\"` with the event and function of the alert."
    }
    crashes = {
      title    = "Instances end by themselves"
      severity = "ERROR"
      query    = "sum by (function) (increase(logging_googleapis_com:user_${google_logging_metric.crashes.name}{${local.on_functions}}[1h]))"
      limit    = var.alert_limits.crashes_in_an_hour
      unit     = "1"
      holds    = "0s"
      text     = "Instances ran out of memory, ended or did not start. Their lines: `log_id(\"run.googleapis.com/varlog/system\")`. Out of memory: more memory or less concurrency (functions). No work is lost: tasks are delivered again."
    }
    spent = {
      title    = "Spending is high"
      severity = "WARNING"
      query    = "sum(increase(logging_googleapis_com:user_${google_logging_metric.spent.name}_sum{${local.on_functions}}[1h])) / 1000000"
      limit    = var.alert_limits.spent_usd_in_an_hour
      unit     = "USD"
      holds    = "0s"
      text     = "Providers were paid this many US dollars within an hour. Who spends is in GET /v1/usage, by member, model and batch; an organisation's budget stops its batches before a call, never after."
    }
    images_slow = {
      title    = "Images take long"
      severity = "WARNING"
      query    = "histogram_quantile(0.95, sum by (le, model) (rate(generation_duration_seconds_bucket{outcome=\"succeeded\"}[15m])))"
      limit    = var.alert_limits.image_seconds
      unit     = "s"
      holds    = "900s"
      text     = "One image in twenty takes this many seconds from a worker's claim to the stored picture: the service level is 60 s. Compare it with the time of the provider's calls (provider_call_duration_seconds): is that as long, the provider is slow; is it not, storing is, or an instance has too little processor for its concurrency."
    }
    not_recovered = {
      title    = "Passing failures are not recovered"
      severity = "ERROR"
      query    = "sum(increase(dead_letters_total{${local.on_passing}}[1d])) / (sum(increase(dead_letters_total{${local.on_passing}}[1d])) + sum(increase(retries_total{${local.on_passing}}[1d])))"
      limit    = var.alert_limits.unrecovered_share
      unit     = "1"
      holds    = "0s"
      text     = "Of the attempts that failed within a day for reasons that pass (busy, away, too slow), this share was the last one of its image. The dead letters say which model and why; when the provider is back, requeue them."
    }
    status_slow = {
      title    = "The state of a batch comes late"
      severity = "WARNING"
      query    = "histogram_quantile(0.95, sum by (le) (rate(api_request_duration_bucket{method=\"GET\",route=\"/v1/batches/{batch_id}\"}[15m])))"
      limit    = var.alert_limits.status_seconds
      unit     = "s"
      holds    = "900s"
      text     = "One answer in twenty about a batch takes longer than the service level allows. Look for `slow_query` and `slow_request` in the log, and whether instances of the API start all the time: a cold start counts as well (min_instances)."
    }
    waiting = {
      title    = "Images wait for long"
      severity = "WARNING"
      query    = "max(pending_oldest_age_seconds)"
      limit    = var.alert_limits.waiting_seconds
      unit     = "s"
      holds    = "600s"
      text     = "An image has been due for this many seconds and was not given to a worker. Is a breaker open (open_breakers), its provider is what everybody waits for. Otherwise see whether steps run: the log's `steps_overdue`, and the queue `advance`."
    }
  }

  channels = concat(var.alert_channels, [for channel in google_monitoring_notification_channel.emails : channel.id])
}

resource "google_monitoring_notification_channel" "emails" {
  for_each = toset(var.alert_emails)

  display_name = each.key
  type         = "email"
  labels       = { email_address = each.key }

  depends_on = [google_project_service.apis]
}

resource "google_monitoring_alert_policy" "alerts" {
  for_each = local.alerts

  display_name          = "Fanfold (${var.environment}): ${each.value.title}"
  combiner              = "OR"
  severity              = each.value.severity
  notification_channels = local.channels
  user_labels           = { alert = each.key }

  conditions {
    display_name = each.value.title

    condition_prometheus_query_language {
      query               = "${each.value.query} > ${each.value.limit}"
      duration            = each.value.holds
      evaluation_interval = "60s"

      # A figure from the log is unknown to Monitoring until it happened once.
      disable_metric_validation = true
    }
  }

  alert_strategy {
    auto_close = "${24 * 60 * 60}s"
  }

  documentation {
    mime_type = "text/markdown"
    content   = each.value.text
  }

  depends_on = [google_project_service.apis]
}
