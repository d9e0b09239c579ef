"""The sample campaign, start to finish, on a platform of its own."""
