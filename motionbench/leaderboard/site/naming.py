"""File names of pages: from texts of third parties to names that are safe everywhere."""

import hashlib

from motionbench.store.info import slug

_LONGEST = 40
"""Characters of a name that are kept for people; the hash tells the rest apart."""


def page_name(text: str) -> str:
    """A file name without suffix, its own for each text.

    Example:
        >>> page_name("../../etc/passwd")
        'etc-passwd-3754d6cb'

    Args:
        text: A label or id, whatever it holds.

    Returns:
        Lower case letters, digits, ``-`` and ``_``.
    """
    digest = hashlib.sha256(text.encode(errors="backslashreplace")).hexdigest()
    return f"{slug(text)[:_LONGEST].strip('-') or 'unnamed'}-{digest[:8]}"
