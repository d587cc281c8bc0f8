import pytest

from govcloud.cluster.client import StatusError
from govcloud.errors import ClusterError
from govcloud.hub.establish import establish


class Region:
    """Plays an API server: what it serves, and what it answers to a write that should be refused.

    Args:
        served: plurals of the register that it serves.
        answer: HTTP status and words; a status of 0 is an answer without error.
    """

    def __init__(self, served, answer=(0, "")):
        self.served, self.answer, self.applied = served, answer, []

    def apply(self, manifest, *, manager):
        assert manager == "govcloud-register"
        self.applied.append((manifest["kind"], manifest["metadata"]["name"]))

    def request(self, method, path, query=None, body=None):
        if method == "GET":
            return {"resources": [{"name": name} for name in self.served]}
        assert query == {"dryRun": "All"}
        status, words = self.answer
        if status:
            raise StatusError(words, where=path, status=status)
        return {}


KINDS = ("departments", "tenancies", "sharings", "waivers", "decisions", "limits")


def test_a_hub_is_ready_when_it_refuses_what_the_rules_refuse(estate):
    hub = Region(KINDS, (403, "denied request: [GC-REG-02] Tenancy mee-probe: ops is no owner"))
    assert establish(hub, estate) == len(hub.applied)
    assert ("Namespace", "d-mee") in hub.applied


@pytest.mark.parametrize("answer", [(0, ""), (500, "kind not found"), (403, "cannot create resource")])
def test_a_hub_that_does_not_hold_to_the_rules_is_not_ready(estate, answer):
    with pytest.raises(ClusterError, match="does not hold department mee and the platform to the rules"):
        establish(Region(KINDS, answer), estate, patience=0)


def test_nothing_is_applied_to_a_region_without_the_register(estate):
    hub = Region(KINDS[:2])
    with pytest.raises(ClusterError, match="does not serve the kinds of the register") as error:
        establish(hub, estate, patience=0)
    assert "platform of the hub first" in error.value.mend
    assert hub.applied == []
