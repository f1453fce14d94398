// registry-honest ADDR: the same registry wrapped so that its Referrers API follows distribution-spec 1.1 (OCI-Subject, real
// artifact types, filter and OCI-Filters-Applied). Its origin is this project.
package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"os"
	"regexp"
	"sync"

	"github.com/google/go-containerregistry/pkg/registry"
)

type m = map[string]any

var path = regexp.MustCompile(`^/v2/(.+)/(manifests|referrers)/([^/]+)$`)

func main() {
	inner := registry.New()
	var mu sync.Mutex
	refs := map[string]map[string]m{} // repo@subject -> digest -> descriptor
	log.Fatal(http.ListenAndServe(os.Args[1], http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p := path.FindStringSubmatch(r.URL.Path)
		mu.Lock()
		defer mu.Unlock()
		switch {
		case p != nil && p[2] == "manifests" && r.Method == "PUT":
			body, _ := io.ReadAll(r.Body)
			r.Body = io.NopCloser(bytes.NewReader(body))
			var d m
			json.Unmarshal(body, &d)
			s, _ := d["subject"].(m)
			if s != nil {
				sum := sha256.Sum256(body)
				dg := "sha256:" + hex.EncodeToString(sum[:])
				t, _ := d["artifactType"].(string)
				if c, _ := d["config"].(m); t == "" && c != nil {
					t, _ = c["mediaType"].(string)
				}
				e := m{"mediaType": r.Header.Get("Content-Type"), "digest": dg, "size": len(body), "artifactType": t}
				if d["annotations"] != nil {
					e["annotations"] = d["annotations"]
				}
				k := p[1] + "@" + s["digest"].(string)
				if refs[k] == nil {
					refs[k] = map[string]m{}
				}
				refs[k][dg] = e
				w.Header().Set("OCI-Subject", s["digest"].(string))
			}
		case p != nil && p[2] == "manifests" && r.Method == "DELETE":
			for _, v := range refs {
				delete(v, p[3])
			}
		case p != nil && p[2] == "referrers":
			want, list := r.URL.Query().Get("artifactType"), []m{}
			for _, e := range refs[p[1]+"@"+p[3]] {
				if want == "" || e["artifactType"] == want {
					list = append(list, e)
				}
			}
			if want != "" {
				w.Header().Set("OCI-Filters-Applied", "artifactType")
			}
			w.Header().Set("Content-Type", "application/vnd.oci.image.index.v1+json")
			json.NewEncoder(w).Encode(m{"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": list})
			return
		}
		inner.ServeHTTP(w, r)
	})))
}
