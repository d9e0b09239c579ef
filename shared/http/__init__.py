"""The HTTP face: the app, authentication, problems, pages, limits, routes and the task edge."""
