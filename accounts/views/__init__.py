"""Pages of people, offices, customers and products."""
