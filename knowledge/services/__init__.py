"""What changes articles."""
