"""How people come to their tenancies: credentials for some hours, kubeconfigs around them, and the way into a region."""
