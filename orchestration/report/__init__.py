"""The pages of a release: what an official looks at, made of the published tables alone, readable from disk."""
