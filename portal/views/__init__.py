"""The pages behind mail links, one module a page."""
