"""The life of a tenancy, as the people who take part in it live it."""

from datetime import UTC, datetime

import pytest
from hub_people import document

from govcloud.errors import RefusedError


def test_a_tenancy_from_its_request_to_its_end(people, desk):
    zhang, security, platform, operator = (
        people[key] for key in ("zhang", "security", "platform", "operator")
    )

    record = zhang.create(document("mee-air-quality"))
    assert (record.phase, record.spec["requestedBy"]) == ("draft", zhang.name)
    record = zhang.move(record, "requested", "the old system is at its end")
    with pytest.raises(RefusedError, match="GC-REG-21"):
        zhang.review(record, approve=True, reason="I know that it is good", role="security")
    record = security.review(record, approve=True, reason="graded and filed")
    assert (record.phase, record.missing) == ("in-review", ("platform",))
    with pytest.raises(RefusedError, match="lacks the approval of a reviewer of role platform"):
        security.move(record, "approved", "it has my approval")
    record = platform.review(record, approve=True, reason="there is room")
    assert (record.phase, record.missing) == ("approved", ())
    assert record.approved() == record.document()

    record = desk.activate(record)
    record = zhang.move(record, "changing", "twice the stations")
    record = zhang.amend(record, {**record.spec, "resources": {**record.spec["resources"], "cpu": "16"}})
    assert (record.missing, record.approved().spec.resources.cpu) == (("security", "platform"), "8")
    record = security.review(record, approve=False, reason="what for?")
    assert record.phase == "changing"
    with pytest.raises(RefusedError, match=r"\[GC-REG-27\].*rejected at generation 2 by sun.li@cac"):
        record = platform.review(record, approve=True, reason="there is room")
        platform.move(record, "approved", "there is room")
    record = security.review(zhang.get("mee-air-quality"), approve=True, reason="the department told me")
    assert record.phase == "approved"
    assert record.approved().spec.resources.cpu == "16"

    record = desk.activate(record)
    record = zhang.move(record, "cordoned", "the data moved")
    record = people["chen"].retire(record, "replaced", datetime.now(UTC))
    with pytest.raises(RefusedError, match="GC-REG-42"):
        zhang.consent(record, "me too", "security")
    with pytest.raises(RefusedError, match="nobody has agreed"):
        operator.move(record, "retired", "gone", {"regions": []})
    record = platform.consent(record, "the archive has what it needs")
    with pytest.raises(RefusedError, match="regions of it are left: north, south"):
        operator.move(record, "retired", "gone")
    record = operator.move(record, "retired", "gone", {"regions": []})
    assert record.phase == "retired"
    assert [entry["seq"] for entry in record.history] == list(range(1, len(record.history) + 1))
    operator.delete(record)
