terraform {
  required_version = ">= 1.9"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "~> 8.0"
    }
  }

  # The bucket is named at `terraform init -backend-config=bucket=…`.
  backend "gcs" {
    prefix = "fanfold"
  }
}

provider "google" {
  project = var.project
  region  = var.region

  # Budgets and sign-in ask which project's quota a request counts against.
  billing_project       = var.project
  user_project_override = true

  default_labels = {
    application = "fanfold"
    environment = var.environment
  }
}

data "google_project" "here" {
  project_id = var.project
}
