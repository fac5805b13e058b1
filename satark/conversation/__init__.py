"""The one conversation flow, for every channel: pure, without I/O, clock or knowledge of who speaks.

`flow.step(state, event, world)` decides what is remembered, said and done; `render` turns what is to be said into
words.
"""
