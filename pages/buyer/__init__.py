"""The buyer's pages."""
