"""PostgreSQL, Valkey and our own processes on one machine, by one command. Imports no Django: it runs before that."""
