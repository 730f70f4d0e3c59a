"""THE MAP: which event leads to what, one line a reaction, in the order of the data.

A domain function writes its row and records its event in one transaction; each handler named here is then one
job, run once (core.events). Who reads this page has seen the product.
"""

from goodword.core.events import Flow

FLOW: Flow = {}
