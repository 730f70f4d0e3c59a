"""When two written addresses are one mailbox."""


def mailbox(address: str) -> str:
    """A form in which addresses of one mailbox are equal: small letters, without a "+tag" before the @.

    Only for comparing; mail goes to the address as it was typed.
    """
    local, _, domain = address.strip().casefold().rpartition("@")
    return f"{local.split('+', 1)[0] or local}@{domain}"
