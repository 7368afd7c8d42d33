"""The code and all that happens to it, over the API."""
