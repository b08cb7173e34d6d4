"""The demo's scenes: painted and filmed here, once, so that nothing has to be downloaded or shipped.

`clip.generate` is the way in. Only the command line imports this package.
"""
