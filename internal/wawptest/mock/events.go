package main

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

const aboutEvents = `
While it serves, something can happen to a session, which needs no token:

	curl -X POST "$WAWP_BASE_URL/mock/<instance_id>/<event>"

  link    a phone is linked; link?phone=<digits> says which one
  unlink  the phone is unlinked: SCAN_QR_CODE
  fail    the engine breaks: FAILED until it is restarted
  hang    the engine hangs: STARTING until it is restarted; hang?for=20s ends by itself
  delete  the instance is deleted, as in the dashboard
`

// withEvents serves an API, and paths under /mock/ that change a session without a request to the API.
func withEvents(api *wawptest.API) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path, ok := strings.CutPrefix(r.URL.Path, "/mock/")
		if !ok {
			api.ServeHTTP(w, r)
			return
		}
		id, event, _ := strings.Cut(path, "/")
		happen := eventFunc(event, r.URL.Query())
		if _, ok := api.Session(id); r.Method != http.MethodPost || happen == nil || !ok {
			http.Error(w, strings.TrimSpace(aboutEvents), http.StatusBadRequest)
			return
		}
		happen(api, id)
		s, _ := api.Session(id)
		_, _ = fmt.Fprintf(w, "%s is %s\n", id, cmp.Or(s.Status, "deleted")) // fails only if the client has gone
	})
}

// eventFunc returns the function that makes an event happen to a session that exists, nil if there is no such event.
func eventFunc(event string, arguments url.Values) func(*wawptest.API, string) {
	switch phone := cmp.Or(arguments.Get("phone"), "201145202826"); event {
	case "link":
		if !regexp.MustCompile(`^[0-9]+$`).MatchString(phone) {
			return nil
		}
		return func(api *wawptest.API, id string) {
			api.SetStatus(id, "SCAN_QR_CODE")
			api.Pair(id, phone, "Support")
		}
	case "unlink":
		return func(api *wawptest.API, id string) {
			api.Unpair(id)
			api.SetStatus(id, "SCAN_QR_CODE")
		}
	case "fail":
		return func(api *wawptest.API, id string) { api.SetStatus(id, "FAILED") }
	case "hang":
		d, err := time.ParseDuration(cmp.Or(arguments.Get("for"), "8760h"))
		if err != nil {
			return nil
		}
		return func(api *wawptest.API, id string) { api.KeepStarting(id, d) }
	case "delete":
		return (*wawptest.API).Remove
	}
	return nil
}
