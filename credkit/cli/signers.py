"""Which key signs: a PEM file that was named, the one of the manifest definition, or an identity of the user; in this order."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from credkit.errors import CredentialError
from credkit.sign.backends.file import is_encrypted
from credkit.sign.definition import definition_signer
from credkit.sign.identity import load_identity, read_passphrase
from credkit.sign.identity.passphrase import VARIABLE
from credkit.sign.named_actor import NamedActor
from credkit.sign.signer import Signer

__all__ = ["chosen_actors", "chosen_signer"]


def chosen_signer(args: argparse.Namespace) -> tuple[Signer, Path | None]:
    """The signer, checked for fitness, and the file of its root where the user has one to hand out.

    ``CredentialError`` in one sentence for whatever cannot be used.
    """
    if args.key is None and args.certs is None:
        if args.alg is not None:
            raise CredentialError("--alg goes with --key; an identity has its algorithm in its key")
        named = _of_definition(args) if args.manifest is not None and args.identity is None else None
        return (named, None) if named else _of_identity(args)
    if args.identity is not None:
        raise CredentialError("an identity or a key signs, not both: leave out --identity, or --key and --certs")
    if args.key is None or args.certs is None:
        missing = "--key KEY.pem" if args.key is None else "--certs CHAIN.pem"
        raise CredentialError(f"a key and its certificates go together: add {missing}")
    passphrase = read_passphrase(fd=args.passphrase_fd, prompt=f"Passphrase of {args.key}: ") if is_encrypted(args.key) else None
    return _checked(Signer.from_pem(args.certs, args.key, passphrase=passphrase, algorithm=args.alg)), None


def chosen_actors(args: argparse.Namespace) -> tuple[NamedActor, ...]:
    """Who else signs, as the options of ``parsers.add_actor_options`` say; errors as for ``chosen_signer`` and ``NamedActor``.

    Passphrases come from the environment or the terminal, since the file descriptor holds that of the signer.
    """
    if args.actor is None and args.actor_key is None and args.actor_certs is None:
        if args.actor_role:
            raise CredentialError("a role is that of a named actor: say who it is (--actor NAME, or --actor-key and --actor-certs)")
        return ()
    return (NamedActor(signer=_checked(_actor(args)), roles=tuple(args.actor_role), key_order=args.actor_order),)


def _actor(args: argparse.Namespace) -> Signer:
    if args.actor is not None:
        if args.actor_key is not None or args.actor_certs is not None:
            raise CredentialError("an identity or a key is the actor's, not both: leave out --actor, or --actor-key and --actor-certs")
        identity = load_identity(args.actor)
        return identity.signer(read_passphrase(prompt=f'Passphrase of "{identity.name}": '))
    if args.actor_key is None or args.actor_certs is None:
        missing = "--actor-key KEY.pem" if args.actor_key is None else "--actor-certs CHAIN.pem"
        raise CredentialError(f"a key and its certificates go together: add {missing}")
    passphrase = read_passphrase(prompt=f"Passphrase of {args.actor_key}: ") if is_encrypted(args.actor_key) else None
    return Signer.from_pem(args.actor_certs, args.actor_key, passphrase=passphrase)


def _of_definition(args: argparse.Namespace) -> Signer | None:
    """The signer that the manifest definition names, if it names one; its passphrase is never asked for at the terminal."""
    given = args.passphrase_fd is not None or VARIABLE in os.environ
    signer = definition_signer(args.manifest, passphrase=read_passphrase(fd=args.passphrase_fd) if given else None)
    return _checked(signer) if signer else None


def _of_identity(args: argparse.Namespace) -> tuple[Signer, Path]:
    identity = load_identity(args.identity)
    passphrase = read_passphrase(fd=args.passphrase_fd, prompt=f'Passphrase of "{identity.name}": ')
    return _checked(identity.signer(passphrase)), identity.directory / "root.pem"


def _checked(signer: Signer) -> Signer:
    # Said before the picture and its parents are read, which can take long.
    signer.check()
    return signer
