"""Which passwords are allowed. Everything is decided here, nothing is asked of anyone outside."""

from __future__ import annotations

import itertools
import unicodedata

from glimpser_sdk.errors import ConfigInvalid

MAX_LENGTH = 1024
"""Characters. Far above any phrase, and little to hash."""

_OWN_LENGTH = 6
"""Characters that a guesser's first tries do not cover, and that a password needs at least."""

_REPEATED_UNIT = 8
"""Longest unit whose repetition adds nothing."""

_RUN = 3
"""Neighbouring keys or characters from which on they count as a run."""

_ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiop",
    "qwertzuiop",
    "azertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "yxcvbnm",
    "qazwsxedcrfvtgbyhnujmikolp",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "1q2w3e4r5t6y7u8i9o0p",
    "!@#$%^&*()",
    '!"§$%&/()=',
)

# What the most used passwords of twelve characters and more are put together from, besides runs.
_WORDS = (
    "glimpser", "administrator", "administrador", "administrateur", "password", "passwort", "motdepasse", "contraseña",
    "parola", "passphrase", "changeme", "letmein", "welcome", "willkommen", "bienvenue", "iloveyou", "sunshine",
    "princess", "football", "baseball", "superman", "starwars", "trustno1", "whatever", "computer", "internet",
    "master", "monkey", "dragon", "shadow", "secret", "default", "surveillance", "security", "camera", "admin", "login",
    "guest", "hello", "summer", "winter", "spring", "autumn", "test", "user", "root", "pass", "love", "qwerty",
)  # fmt: skip

_LEET = str.maketrans({"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s", "!": "i"})


def normalized(password: str) -> str:
    """One form for what different keyboards send for the same characters (NFC)."""
    return unicodedata.normalize("NFC", password)


def check(password: str, min_length: int) -> None:
    """Refuse what is too short, too long, or among a guesser's first tries. Raises ConfigInvalid(field="password")."""
    if len(password) > MAX_LENGTH:
        raise _refused("too_long", f"use at most {MAX_LENGTH} characters", max=MAX_LENGTH)
    if any("\ud800" <= c <= "\udfff" or c == "\0" for c in password):
        raise _refused("bad_characters", "it has characters that are no text")
    password = normalized(password)
    if len(password) < min_length:
        raise _refused("too_short", f"use at least {min_length} characters", min=min_length)
    if _repeats(password.casefold()):
        raise _refused(
            "repeats", f"it repeats itself; use at least {min_length} characters that do not", min=min_length
        )
    if _own(password.casefold()) < _OWN_LENGTH:
        raise _refused("common", "it is made of common words, keyboard runs or numbers in order, which are tried first")


def _refused(what: str, sentence: str, **params: int) -> ConfigInvalid:
    return ConfigInvalid(sentence, field="password", code=f"password.{what}", **params)


def _repeats(text: str) -> bool:
    """Whether a short unit makes up the whole text, or hardly any character differs."""
    if len(set(text)) < 4:
        return True
    return any(text == (text[:n] * (len(text) // n + 1))[: len(text)] for n in range(1, _REPEATED_UNIT + 1))


def _own(text: str) -> int:
    """Characters that are left without common words, as they are or in digits for letters, without runs and without
    repeated characters."""
    plain, covered = text.translate(_LEET), bytearray(len(text))
    for word in _WORDS:
        for line in (text, plain):
            start = line.find(word)
            while start >= 0:
                covered[start : start + len(word)] = b"\1" * len(word)
                start = line.find(word, start + 1)
    for start, end in _runs(text):
        covered[start:end] = b"\1" * (end - start)
    return covered.count(0)


def _runs(text: str) -> list[tuple[int, int]]:
    """Where neighbours on a keyboard or in an alphabet follow each other, either way, or one character repeats."""
    found = []
    for row in (*_ROWS, *(row[::-1] for row in _ROWS)):
        start = 0
        steps = [text[i : i + 2] in row for i in range(len(text) - 1)]
        for joined, group in itertools.groupby(steps):
            length = len(list(group))
            if joined and length + 1 >= _RUN:
                found.append((start, start + length + 1))
            start += length
    start = 0
    for _, same in itertools.groupby(text):
        length = len(list(same))
        if length >= _RUN:
            found.append((start, start + length))
        start += length
    return found
