import pytest

from govcloud.cluster.client import StatusError
from govcloud.errors import ClusterError
from govcloud.hub.establish import establish


class Region:
    """Plays an API server: what it serves, and what it answers to a write that should be refused.

    Args:
        served: plurals of the register that it serves.
        answer: HTTP status and words; a status of 0 is an answer without error.
        judged: what it answers to an owner, one answer after the other; None where it has no rules on contents.
    """

    def __init__(self, served, answer=(0, ""), judged=None):
        self.served, self.answer, self.applied = served, answer, []
        self.judged, self.owners = judged, []

    def apply(self, manifest, *, manager):
        assert manager == "govcloud-register"
        self.applied.append((manifest["kind"], manifest["metadata"]["name"]))

    def request(self, method, path, query=None, body=None, *, acting=None):
        if path.endswith("/validatingadmissionpolicybindings/govcloud-rules-tenancy"):
            if self.judged is None:
                raise StatusError("not found", where=path, status=404)
            return {}
        if method == "GET":
            return {"resources": [{"name": name} for name in self.served]}
        assert query == {"dryRun": "All"}
        status, words = self.answer if acting is None else self.judged.pop(0)
        if acting:
            self.owners.append(acting)
        if status:
            raise StatusError(words, where=path, status=status)
        return {}


KINDS = ("departments", "tenancies", "sharings", "waivers", "decisions", "limits")


def test_a_hub_is_ready_when_it_refuses_what_the_rules_refuse(estate):
    hub = Region(KINDS, RULED)
    assert establish(hub, estate) == len(hub.applied)
    assert ("Namespace", "d-mee") in hub.applied


RULED = (403, "denied request: [GC-REG-02] Tenancy mee-probe: ops is no owner")


def test_a_hub_with_rules_on_contents_is_ready_when_an_owner_is_held_to_them(estate, monkeypatch):
    monkeypatch.setattr("govcloud.hub.establish._POLL", 0)
    refused = (403, "denied request: [GC-TEN-15] A tenancy has people to call: spec.contacts is missing")
    hub = Region(KINDS, RULED, [(403, "tenancies is forbidden"), (0, ""), refused])
    establish(hub, estate)
    assert hub.judged == []
    assert hub.owners[0]["Impersonate-Group"].endswith(":owners")
    with pytest.raises(ClusterError, match="does not hold requests to the rules on their contents"):
        establish(Region(KINDS, RULED, [(0, "")]), estate, patience=0)


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
