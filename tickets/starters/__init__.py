"""Ways of working to begin with: plain data that a team adds to its own, in Finnish and English.

Each file says what it is called and about, and lists tags, kinds, statuses, fields, responses, rules and views. What
one piece means by another is written by `key`, class or kind, never by an id.
"""
