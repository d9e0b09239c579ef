"""Fanfold's server side: everything that the functions share."""

import gc

# Before this line the functions framework was loaded, after it come our modules and then requests. Nearly all of it stays, and
# looking through it for garbage again and again takes a sixth of a cold start's own time, and more of a large request's.
gc.freeze()
gc.set_threshold(10_000)
