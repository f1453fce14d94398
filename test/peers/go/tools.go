//go:build peers

// Package peers pins the programs that are built as peers of the tests and that no Go file here imports.
package peers

import _ "github.com/opencontainers/distribution-spec/conformance"
