"""The ledger: what every tenancy held and used, hour by hour, in a store that outlives whatever measures it.

`Ledger` is all that others need. One process leads and adds samples; any number read::

    ledger = Ledger.open("sqlite:////var/lib/govcloud/ledger.sqlite")     # or postgresql+psycopg://...
    if ledger.lead():                  # True while this process is the one that writes; cheap, ask before each sample
        ledger.add(facts)              # EstateFacts; RefusedError where another process took over meanwhile
    ledger.totals()                    # {TenancyKey: Totals}: counters that never step back
    ledger.gaps(start, end)            # (Gap, ...): what was not seen; one that lasts has no end
    ledger.series("pool", "cpu", "requested", start, end)     # Series: hourly means, NaN where unknown
    ledger.series("tenancy", "cpu", "used", start, end, keys=Only(names=("air",)))       # and no other's hours are read
    ledger.close()

Measures of `Ledger.series`: of tenancies ``used``, ``allocated``, ``quota`` and ``idle``; of pools and regions
``allocatable``, ``requested``, ``used`` and ``quota``.
"""

from monitors.ledger.ledger import Ledger
from monitors.ledger.values import Gap, Only, PoolKey, Series, TenancyKey, Totals

__all__ = ["Gap", "Ledger", "Only", "PoolKey", "Series", "TenancyKey", "Totals"]
