module zegel.test/peers

go 1.26

require (
	github.com/google/go-containerregistry v0.22.1
	github.com/opencontainers/distribution-spec/conformance v0.0.0-20260831232431-97274622c111
)
