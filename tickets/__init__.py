"""The heart: tickets, conversation, queues and work entries."""
