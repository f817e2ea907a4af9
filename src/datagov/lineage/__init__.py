"""Lets somebody who trusts nobody check a release: Merkle tree, attestations, verification."""
