"""Other systems doing the same work, each in a process of its own and in an environment that has nothing of ours but this folder."""
