"""Fanfold's server side: everything that the functions share."""
