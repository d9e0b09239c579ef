# What people work with: nothing is lost by a slip, and the first request of the morning does not wait for a start.
environment = "prod"

delete_protection      = true
point_in_time_recovery = true
backup_days            = 35
soft_delete_days       = 14

functions = {
  api            = { min_instances = 1, max_instances = 50 }
  advance_batch  = { min_instances = 1, max_instances = 40 }
  generate_image = { max_instances = 100 }
}

# The interactive lane has room of its own, whatever the others hold.
queues = {
  advance         = { max_dispatches_per_second = 500, max_concurrent_dispatches = 320 }
  images-high     = { max_dispatches_per_second = 200, max_concurrent_dispatches = 600 }
  images-standard = { max_dispatches_per_second = 200, max_concurrent_dispatches = 700 }
  images-economy  = { max_dispatches_per_second = 100, max_concurrent_dispatches = 300 }
}

queue_log_share = 0.01

alert_limits = {
  spent_usd_in_an_hour = 200
}

budget_usd_a_month = 2000
