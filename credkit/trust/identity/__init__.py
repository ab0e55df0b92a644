"""Identities of people and organizations (CAWG): ``jwk`` (keys), ``did`` (where an issuer's keys are found), ``credential`` (what an
aggregator attests), ``purposes`` (which certificates may speak for a person).
"""
