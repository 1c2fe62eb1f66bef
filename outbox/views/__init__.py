"""Pages of the mails' words and of the server they leave by."""
