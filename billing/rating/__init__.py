"""What work costs. Frozen values in, frozen values out: no clock, no database, no float."""
