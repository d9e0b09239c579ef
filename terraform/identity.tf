# People sign in by Firebase Authentication. Fanfold makes members itself: nobody may sign up alone.
resource "google_identity_platform_config" "sign_in" {
  authorized_domains = distinct(concat(
    ["${var.project}.firebaseapp.com"],
    [for origin in var.web_origins : split(":", trimprefix(trimprefix(origin, "https://"), "http://"))[0]],
  ))

  sign_in {
    allow_duplicate_emails = false

    anonymous {
      enabled = false
    }

    email {
      enabled           = true
      password_required = true
    }
  }

  client {
    permissions {
      disabled_user_signup   = true
      disabled_user_deletion = true
    }
  }

  depends_on = [google_project_service.apis]
}

# The key of the web configuration, which every page shows: it names the project and opens nothing by itself.
resource "google_apikeys_key" "web" {
  name         = "fanfold-web"
  display_name = "Fanfold in the browser"

  restrictions {
    api_targets {
      service = "identitytoolkit.googleapis.com"
    }
    api_targets {
      service = "securetoken.googleapis.com"
    }
    api_targets {
      service = "firestore.googleapis.com"
    }
  }

  depends_on = [google_project_service.apis]
}
