# Functions are found by their folders: a new one needs no change here. Nothing in this file asks Google Cloud for anything.

locals {
  functions_folder = "${path.module}/../functions"

  described = {
    for file in fileset(local.functions_folder, "*/function.yaml") :
    dirname(file) => yamldecode(file("${local.functions_folder}/${file}"))
  }

  # Google's names of functions know no underscores; accounts' names have at most 30 letters.
  functions = {
    for name, described in local.described : name => merge(described, {
      kebab           = replace(name, "_", "-")
      url             = "${local.functions_url}/${replace(name, "_", "-")}"
      account_id      = "fn-${replace(name, "_", "-")}"
      public          = described.trigger.type == "http" && try(described.trigger.public, false)
      roles           = described.service_account.roles
      env             = try(described.env, {})
      min_instances   = coalesce(try(var.functions[name].min_instances, null), described.min_instances)
      max_instances   = coalesce(try(var.functions[name].max_instances, null), described.max_instances)
      memory          = coalesce(try(var.functions[name].memory, null), described.memory)
      cpu             = coalesce(try(var.functions[name].cpu, null), described.cpu)
      concurrency     = coalesce(try(var.functions[name].concurrency, null), described.concurrency)
      asked_secrets   = sort(setunion(try(described.secrets, []), local.secrets_of_all))
      secrets         = sort(setsubtract(setunion(try(described.secrets, []), local.secrets_of_all), var.absent_secrets))
      caller          = lookup(local.callers, described.trigger.type, null)
      timeout_seconds = described.timeout_seconds
    })
  }

  functions_url = "https://${var.region}-${var.project}.cloudfunctions.net"
  public_url    = var.public_url == "" ? "${local.functions_url}/api" : var.public_url

  # Who calls the functions of each kind of trigger, with a token of its own.
  callers = {
    task     = local.task_account
    schedule = local.schedule_account
    event    = local.push_account
  }
  task_account     = "tasks@${var.project}.iam.gserviceaccount.com"
  schedule_account = "schedules@${var.project}.iam.gserviceaccount.com"
  push_account     = "pushes@${var.project}.iam.gserviceaccount.com"

  # Page tokens and the like are derived from it, the same in every function.
  secrets_of_all = ["FANFOLD_PAGE_KEY"]

  # One without a value yet is there to be given one.
  secrets = toset(flatten([for function in local.functions : function.asked_secrets]))

  of_tasks     = { for name, function in local.functions : name => function if function.trigger.type == "task" }
  of_schedules = { for name, function in local.functions : name => function if function.trigger.type == "schedule" }
  of_events    = { for name, function in local.functions : name => function if function.trigger.type == "event" }

  # What a function can take on at once, and what its queues may send it at once.
  room   = { for name, function in local.of_tasks : name => function.max_instances * function.concurrency }
  demand = { for name, function in local.of_tasks : name => sum([for queue in function.trigger.queues : local.queues[queue].max_concurrent_dispatches]) }

  queues = merge([
    for name, function in local.of_tasks : {
      for queue in function.trigger.queues : queue => {
        function                  = name
        max_dispatches_per_second = coalesce(try(var.queues[queue].max_dispatches_per_second, null), var.queue_dispatches_per_second)
        max_concurrent_dispatches = coalesce(
          try(var.queues[queue].max_concurrent_dispatches, null),
          max(1, min(5000, floor(local.room[name] * var.queue_concurrency / length(function.trigger.queues)))),
        )
      }
    }
  ]...)

  # What happened is published to `events`; what was uploaded is announced to `uploads`.
  topics = toset(concat([local.events_topic, local.uploads_topic], [for function in local.of_events : function.trigger.topic]))

  events_topic  = "events"
  uploads_topic = "uploads"

  buckets = {
    objects = "${var.project}-objects"
    uploads = "${var.project}-uploads"
    source  = "${var.project}-source"
  }
}
