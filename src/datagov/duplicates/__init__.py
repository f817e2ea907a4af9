"""Digests of records and the judging of groups that share one; pure, no Beam."""
