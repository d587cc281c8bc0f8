// The provider of Kubernetes resources. Its own main package embeds files that are generated outside of its
// module, so this one embeds the two that the module carries; both are laid beside it when it is built.
package main

import (
	_ "embed"

	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/provider"
)

const version = "4.25.0"

var (
	//go:embed schema.json
	schema []byte
	//go:embed terraform-mapping.json
	mapping []byte
)

func main() {
	provider.Serve("kubernetes", version, schema, mapping)
}
