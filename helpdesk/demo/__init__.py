"""The demo: two workspaces whose story is told through the product's own services. Data in data/, see build.py."""
