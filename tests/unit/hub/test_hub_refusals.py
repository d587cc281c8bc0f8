import pytest

from govcloud.cluster.client import StatusError
from govcloud.errors import ClusterError, InputError, RefusedError
from govcloud.hub.refusals import ConflictError, explained
from govcloud.hub.rules import RULES

DENIED = "tenancies.govcloud.dev \"mee-air\" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'p' denied request: "
HERE = "Tenancy d-mee/mee-air"


def _explained(words, status=403):
    return explained(StatusError(words, where="PUT /apis/...", status=status), HERE)


def test_a_rule_of_the_register_says_what_who_could_and_what_to_do():
    rule = RULES["GC-REG-21"]
    words = f"[GC-REG-21] Tenancy mee-air: zhang is of department mee ({rule.title}); {rule.advice}"
    error = _explained(DENIED + words)
    assert isinstance(error, RefusedError)
    assert (error.what, error.where, error.mend) == (
        "[GC-REG-21] Tenancy mee-air: zhang is of department mee",
        HERE,
        rule.mend,
    )
    assert rule.title in error.expected
    assert rule.who in error.expected


def test_a_rule_about_the_content_speaks_for_itself():
    error = _explained(
        DENIED + "[GC-TEN-16] A tenancy ends: spec.until is missing; to mend it: write the day"
    )
    assert isinstance(error, RefusedError)
    assert error.what == "[GC-TEN-16] A tenancy ends: spec.until is missing; to mend it: write the day"


@pytest.mark.parametrize(
    ("verb", "who"),
    [
        ("create", "owners of the department"),
        ("list", "members of the department"),
        ("delete", "the platform"),
    ],
)
def test_a_missing_right_says_who_has_it(verb, who):
    words = (
        f'tenancies.govcloud.dev is forbidden: User "li" cannot {verb} resource "tenancies" in API group '
        '"govcloud.dev" in the namespace "d-mee"'
    )
    error = _explained(words)
    assert isinstance(error, RefusedError)
    assert error.what == f"li may not {verb} tenancies in namespace d-mee"
    assert who in error.expected


def test_a_missing_right_in_the_whole_cluster_names_no_namespace():
    words = 'forbidden: User "li" cannot list resource "tenancies" in API group "govcloud.dev" at the cluster scope'
    assert _explained(words).what == "li may not list tenancies"


def test_a_hub_that_was_not_established_is_named_as_the_cause():
    words = (
        "ValidatingAdmissionPolicy 'govcloud-register-limits' with binding 'govcloud-register-limits' denied request: "
        "failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction"
    )
    assert "does not know the ceilings of its regions" in _explained(words).what


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, InputError),
        (422, InputError),
        (404, InputError),
        (403, RefusedError),
        (409, ConflictError),
        (500, ClusterError),
    ],
)
def test_other_answers_are_what_they_are(status, kind):
    error = _explained("the server says so", status)
    assert type(error) is kind
    assert "the server says so" in str(error)


def test_who_is_not_known_any_more_is_told_to_get_another_credential():
    error = _explained("Unauthorized", 401)
    assert isinstance(error, ClusterError)
    assert "your credential has ended" in error.what
    assert "get a new one" in error.mend
