"""What goes into the outbox, and what is done with it there."""
