import pytest

from govcloud.access.refusals import explained
from govcloud.cluster.client import StatusError
from govcloud.errors import ClusterError, InputError, RefusedError


@pytest.mark.parametrize(
    ("status", "words", "part", "kind", "said"),
    [
        (401, "Unauthorized", "viewer", RefusedError, "does not know you"),
        (403, "cannot create resource", "operator", RefusedError, "no credentials of its operator"),
        (403, "secrets is forbidden", None, RefusedError, "may not see"),
        (
            403,
            "Policy 'x' denied request: secret y: no; ask z",
            "viewer",
            RefusedError,
            "secret y: no; ask z",
        ),
        (404, 'namespaces "t-a" not found', "viewer", InputError, "no accounts"),
        (500, "etcd is gone", "viewer", ClusterError, "etcd is gone"),
    ],
)
def test_a_refusal_says_what_is_wrong_and_what_to_do(status, words, part, kind, said):
    error = explained(StatusError(words, where="POST /x", status=status), "t-a", part)
    assert type(error) is kind
    assert said in error.what
    assert error.where == "namespace t-a"
    assert error.mend or "ask" in error.what
