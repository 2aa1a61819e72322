"""The rules of the tree: who may import what, how long things may be, which words are not ours."""
