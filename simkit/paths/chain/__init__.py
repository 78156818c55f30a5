"""A transition matrix read as a Markov chain: `absorption` for where sessions end, `chain_of` for all the rest."""

from simkit.paths.chain.absorbing import Absorption, absorption, absorption_of
from simkit.paths.chain.model import Chain, chain_of

__all__ = ["Absorption", "Chain", "absorption", "absorption_of", "chain_of"]
