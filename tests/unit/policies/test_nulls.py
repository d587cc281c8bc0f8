"""A field that is null is judged as one that is absent."""

from __future__ import annotations

from policies.evaluation import Evaluator, Surroundings
from policies.examples import shipped_bases
from policies.loading import shipped_rules


def test_null_is_absent_in_what_people_write() -> None:
    bases = shipped_bases()
    evaluator = Evaluator(shipped_rules().values(), bases.settings)
    manifest = bases.of("Deployment")
    pod = manifest["spec"]["template"]["spec"]
    pod |= {"nodeSelector": None, "volumes": None, "hostNetwork": None}
    pod["containers"][0]["lifecycle"] = None
    around = Surroundings(bases.namespace, [manifest, bases.of("PodDisruptionBudget")])
    assert evaluator.evaluate(manifest, "preview", around) == []
    pod["containers"][0]["securityContext"] = None
    found = evaluator.evaluate(manifest, "preview", around)
    assert found
    assert not [one for one in found if one.error]
