"""What a sound document keeps, whatever its format: each module asks one kind of question of an Invoice."""
