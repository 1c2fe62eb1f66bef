"""What a desk has written down: articles, their languages and versions, and finding them."""
