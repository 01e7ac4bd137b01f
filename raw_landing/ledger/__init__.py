"""Which dumps count: the record of every dump seen and its status."""
