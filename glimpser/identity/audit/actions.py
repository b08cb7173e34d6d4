"""The codes of what is written down beside the changes of routes, whose codes are their operation ids."""

from __future__ import annotations

from collections.abc import Mapping

ACTIONS: Mapping[str, str] = {
    "auth.sign_in": "Somebody signed in; with `token`, a program got a token for a password.",
    "auth.sign_in_failed": "Name and password did not match; the object is the account that was tried.",
    "auth.code_failed": "The password was right, the code of the second factor was not.",
    "auth.locked": "So many failures that sign-ins of that account, or from that address, are refused for a while.",
    "auth.set_up": "The first administrator was made.",
    "account.joined": "Somebody who was invited chose a password.",
    "account.reset": "Somebody chose a new password by a link.",
    "sso.refused": "Somebody came back from a provider and was not let in; `code` says why.",
    "sso.account_made": "An account was made at a first sign-in by a provider or a proxy.",
    "sso.role_given": "A provider's or a proxy's groups gave an account another role.",
    "sso.linked": "A user linked the person that they are at a provider.",
    "share.opened": "Somebody opened a share link; who they are is not known.",
    "share.password_failed": "The password of a share link was wrong.",
    "setup.link_made": "A link to the first set-up was made.",
    "hub.started": "The hub started.",
    "hub.stopped": "The hub was stopped; without it, it was killed.",
    "streams.apply": "`glimpser apply` changed streams.",
    "streams.import_refused": "Entries of an import were not taken; `fields` says what was wrong in them.",
    "plugins.switch": "A plugin was switched on or off from the command line.",
    "plugins.purge": "All that a plugin had stored was deleted from the command line.",
    "secrets.rotate": "The key of the secrets was changed from the command line.",
    "access.refused": "Somebody tried what is not theirs to do; `tried` is the operation, `again` how often more.",
    "change.refused": "Somebody who may do it asked for what was not done, for what it said or as things stand; "
    "`tried` is the operation, `code` says why, `again` how often more.",
    "live.view": "Somebody began to watch a stream.",
    "live.view_ended": "They were gone for a minute; `since` and `seconds` say how long it was. With `killed`, the "
    "hub was killed, and nobody knows when.",
    "media.read": "Somebody began to look at single pictures or clips of a stream.",
    "media.read_ended": "None more for ten minutes; `count` says how many it were.",
    "streams.exported": "Configurations of streams were taken along, secrets masked; `streams` says how many.",
    "activities.exported": "A list of activities was taken along; `query` says which.",
    "audit.exported": "The log was exported.",
    "audit.own_data_exported": "Somebody took along what the hub knows about them.",
    "audit.trimmed": "Entries older than `audit_retention_days` were removed.",
}
