"""A dump's bytes to typed rows: decode, read records, find the header, clean, type and validate. Its content is the
reader's fingerprint: whatever decides how a dump is read stands here."""
