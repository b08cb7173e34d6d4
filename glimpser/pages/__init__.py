"""The built-in web pages: live wall, stream, inbox of events, first set-up and sign-in.

They serve until a dashboard is installed and stay as the way in that needs nothing else. Hand-written ES modules and
one style sheet; everything is packaged, nothing is loaded from elsewhere.
"""
