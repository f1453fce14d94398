// registry-lying ADDR: go-containerregistry's test registry as it is. Its Referrers API answers, and lies: no OCI-Subject header,
// the config's media type as artifactType, the artifactType filter ignored, 404 for a repository it does not know.
package main

import (
	"log"
	"net/http"
	"os"

	"github.com/google/go-containerregistry/pkg/registry"
)

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: registry-lying HOST:PORT")
	}
	log.Fatal(http.ListenAndServe(os.Args[1], registry.New(registry.WithReferrersSupport(true))))
}
