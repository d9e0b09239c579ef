"""Everything outside the process, as Protocols whose docstrings are the contract."""
