"""How int8 models stand changed inputs: a table of several models, or curves of one."""
