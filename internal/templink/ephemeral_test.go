package templink_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wawp/terraform-provider-wawp/internal/acctest"
	"github.com/wawp/terraform-provider-wawp/internal/wawptest"
)

// ephemeralConfig configures the ephemeral resource.
func ephemeralConfig(instance string, arguments ...string) string {
	return fmt.Sprintf("ephemeral \"wawp_session_temp_link\" \"x\" {\n  instance_id = %s\n  %s\n}\n", instance,
		strings.Join(arguments, "\n  "))
}

// ephemeralAndOutputConfig configures the ephemeral resource, and a resource that stores the link during an apply.
func ephemeralAndOutputConfig(instance string) string {
	return ephemeralConfig(instance) + `
		resource "terraform_data" "note" {
			provisioner "local-exec" {
				command     = "echo $LINK > note"
				environment = { LINK = ephemeral.wawp_session_temp_link.x.link }
			}
		}`
}

const quoted = `"` + id + `"`

// openedValues returns the values that the ephemeral resource had in the last command: "-" is null.
func openedValues(tf *acctest.Terraform) string {
	link, expires := tf.Value("ephemeral.wawp_session_temp_link.x", "link"),
		tf.Value("ephemeral.wawp_session_temp_link.x", "expires_at")
	if link.IsNull() && expires.IsNull() {
		return "- -"
	}
	return link.AsString() + " " + expires.AsString()
}

// runAllOpens runs each command that opens an ephemeral resource, checks that it reads the link, and returns the link
// of the apply.
func runAllOpens(t *testing.T, w *acctest.World, tf *acctest.Terraform) (got string) {
	t.Helper()
	for _, command := range []string{"plan", "apply", "plan", "destroy"} {
		before := w.Count(get)
		tf.OK(command)
		if w.Count(get) == before {
			t.Errorf("%s does not open the ephemeral resource", command)
		}
		if command == "apply" {
			got = openedValues(tf)
		}
	}
	return got
}

// statuses are those of a session, and one that is not known yet.
var statuses = []string{"STOPPED", "STARTING", scan, "WORKING", "FAILED", "PAUSED"}

// TestEphemeralInEveryStatus: only a session that waits for a scan gets a new link. No status is an error.
func TestEphemeralInEveryStatus(t *testing.T) {
	t.Parallel()
	for _, status := range statuses {
		t.Run(status, func(t *testing.T) {
			t.Parallel()
			w := acctest.New(t, wawptest.Config{Now: newClock().Now, BootTime: time.Hour})
			w.Add(wawptest.Session{InstanceID: id, Status: status, Me: &wawptest.Me{ID: "201012345678@c.us"}})
			got, made := runAllOpens(t, w, w.Terraform(t, ephemeralConfig(quoted))), w.Links(id)
			if status != scan {
				if got != "- -" || len(made) != 0 || w.Count(post) != 0 || w.Count(info) != w.Count(get) {
					t.Errorf("got %s; the requests were %v", got, w.Requests())
				}
				return
			}
			if len(made) != 1 || got != made[0]+" 2026-01-31T12:00:00Z" {
				t.Errorf("got %s of %v", got, made)
			}
			if w.Count(post) != 1 || w.Count(info) != 1 || w.Count(revoke) != 0 || validLink(t, w) != made[0] {
				t.Errorf("the requests were %v", w.Requests())
			}
		})
	}
}

// TestEphemeralReturnsTheExistingLink: a link that the resource made is the one that is given, in every status, and is
// alive after each plan, apply and destroy.
func TestEphemeralReturnsTheExistingLink(t *testing.T) {
	t.Parallel()
	for _, status := range statuses {
		t.Run(status, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, wawptest.Config{Now: newClock().Now, BootTime: time.Hour})
			owner := w.Terraform(t, linkConfig())
			owner.OK("apply")
			link := onlyResource(t, owner)["link"]
			w.SetStatus(id, status)
			w.ResetRequests()

			if got := runAllOpens(t, w, w.Terraform(t, ephemeralConfig(quoted))); got != fmt.Sprint(link)+" "+
				"2026-01-31T12:00:00Z" {
				t.Errorf("got %s, want %s", got, link)
			}
			if n := w.Count(get); n != w.Count("") {
				t.Errorf("the requests were %v", w.Requests())
			}
			if len(w.Links(id)) != 1 || validLink(t, w) != link {
				t.Errorf("the link is dead: %v", w.Links(id))
			}
			acctest.Contains(t, owner.OK("plan"), "No changes.")
			owner.OK("refresh")
			if onlyResource(t, owner)["expired"] != false {
				t.Error("the link counts as expired")
			}
		})
	}
}

// TestEphemeralReturnsNoExpiredLink: under 5 minutes before its end, by Wawp's clock, a link is not given any more.
// Where the session needs a scan, another one is.
func TestEphemeralReturnsNoExpiredLink(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		age    time.Duration
		status string
		frozen bool // Wawp shows the link as if no time had passed
		links  int
		given  int // which of them; 0: none
	}{
		"6 minutes left":         {24 * time.Minute, scan, true, 1, 1},
		"5 minutes left":         {25 * time.Minute, scan, true, 2, 2},
		"4 seconds left":         {30*time.Minute - 4*time.Second, scan, true, 2, 2},
		"over":                   {31 * time.Minute, scan, true, 2, 2},
		"4 seconds, no scan":     {30*time.Minute - 4*time.Second, "WORKING", true, 1, 0},
		"over, no scan":          {31 * time.Minute, "WORKING", true, 1, 0},
		"over, and not shown":    {31 * time.Minute, scan, false, 2, 2},
		"6 minutes, no scan":     {24 * time.Minute, "WORKING", true, 1, 1},
		"6 minutes, and booting": {24 * time.Minute, "STARTING", true, 1, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			now := newClock()
			w := newWorld(t, wawptest.Config{Now: now.Now, BootTime: time.Hour})
			w.NewLink(id)
			if test.frozen {
				w.Inject(wawptest.Fault{Match: get, Body: linkUntilNoon(w.Links(id)[0])})
			}
			w.SetStatus(id, test.status)
			now.Advance(test.age)
			tf := w.Terraform(t, ephemeralConfig(quoted))
			tf.OK("plan")
			made, want := w.Links(id), "-"
			if test.given > 0 {
				want = made[test.given-1]
			}
			if got, _, _ := strings.Cut(openedValues(tf), " "); len(made) != test.links || got != want {
				t.Errorf("got %s of %v", got, made)
			}
		})
	}
}

// TestEphemeralDoesNotTakeTheOldLinkForTheNewOne, where the answer to its creation is lost, and Wawp shows what is some
// seconds old.
func TestEphemeralDoesNotTakeTheOldLinkForTheNewOne(t *testing.T) {
	t.Parallel()
	for name, status := range map[string]int{"empty": 204, "lost": 502} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			now := newClock()
			w := newWorld(t, wawptest.Config{Now: now.Now})
			w.NewLink(id)
			w.Inject(wawptest.Fault{Match: get, Body: linkUntilNoon(w.Links(id)[0])})
			now.Advance(26 * time.Minute)
			w.Inject(wawptest.Fault{Match: post, Status: status, Act: true})
			acctest.Contains(t, w.Terraform(t, noRetries+ephemeralConfig(quoted)).Fails("apply"),
				"temporary link could not be found or made")
		})
	}
}

// TestAccEphemeralOfAnUnknownInstance waits for the session that the same apply creates. What it gives reaches a
// provisioner.
func TestAccEphemeralOfAnUnknownInstance(t *testing.T) {
	t.Parallel()
	acctest.Require(t, "1.10", "1.11")
	w := acctest.New(t, wawptest.Config{})
	cli := w.CLI(t,
		"resource \"wawp_session\" \"x\" {\n"+
			"  desired_state = \"started\"\n"+
			"}\n"+ephemeralAndOutputConfig("wawp_session.x.instance_id"))
	cli.OK("plan")
	w.CheckRequests(t, nil)
	cli.OK("apply", "-auto-approve")
	made := w.Links(w.Sessions()[0].InstanceID)
	note, err := os.ReadFile(filepath.Join(cli.Dir, "note"))
	if err != nil || len(made) != 1 || strings.TrimSpace(string(note)) != made[0] {
		t.Errorf("got %s of %v, %v", note, made, err)
	}
}

func TestEphemeralOfNoSession(t *testing.T) {
	t.Parallel()
	w := acctest.New(t, wawptest.Config{})
	if got := runAllOpens(t, w, w.Terraform(t, ephemeralConfig(quoted))); got != "- -" || w.Count("") != w.Count(get) {
		t.Errorf("got %s; the requests were %v", got, w.Requests())
	}
}

// TestEphemeralUnderFault: a status of the session is no error, and a fault is one.
func TestEphemeralUnderFault(t *testing.T) {
	t.Parallel()
	const failed = "Error: Wawp temporary link could not be found or made"
	gone := wawptest.Fault{Status: 404, Body: noSuchInstance}
	on := func(match string, f wawptest.Fault) wawptest.Fault { f.Match = match; return f }
	none := wawptest.Fault{Match: get, Times: 1, Body: `{"link":null}`}
	for name, test := range map[string]struct {
		faults []wawptest.Fault
		says   []string // that it fails; none: it does not
		gives  bool     // the link; else null
		posts  int
		gets   int // 0: any number
	}{
		"gone":            {faults: []wawptest.Fault{on(get, gone)}},
		"gone in between": {faults: []wawptest.Fault{on(info, gone)}},
		"gone at last":    {faults: []wawptest.Fault{on(post, gone)}, posts: 2},
		"invalid_session": {faults: []wawptest.Fault{on(get, wawptest.Fault{Status: 404, Body: invalidSession})}},
		"refused, read": {faults: []wawptest.Fault{on(get,
			wawptest.Fault{Status: 409, Body: `{"code":"stopped","message":"No."}`})}},
		"refused: 400": {faults: []wawptest.Fault{on(post,
			wawptest.Fault{Status: 400, Body: `{"code":"already_connected","message":"No."}`})}, posts: 2},
		"refused: 422": {faults: []wawptest.Fault{on(post, wawptest.Fault{Status: 422})}, posts: 2},
		"lost, and there": {
			faults: []wawptest.Fault{on(post, wawptest.Fault{Status: 502, Act: true})},
			gives:  true, posts: 1,
		},
		"reset, and there": {
			faults: []wawptest.Fault{on(post, wawptest.Fault{Drop: true, Act: true})},
			gives:  true, posts: 1,
		},
		"unreadable, and there": {
			faults: []wawptest.Fault{on(post, wawptest.Fault{Body: "<html>", Act: true})},
			gives:  true, posts: 1,
		},
		"empty, and there": {
			faults: []wawptest.Fault{on(post, wawptest.Fault{Status: 204, Act: true})},
			gives:  true, posts: 1,
		},
		"empty, and late": {faults: []wawptest.Fault{
			none, none,
			on(post, wawptest.Fault{Status: 204, Act: true}),
		}, gives: true, posts: 1},
		"lost": {
			faults: []wawptest.Fault{on(post, wawptest.Fault{Status: 502})},
			says:   []string{failed, "POST /v2/session/temp-link: HTTP 502"}, posts: 1, gets: 2,
		},
		"read: 401": {
			faults: []wawptest.Fault{on(get, wawptest.Fault{Status: 401, Body: noSuchInstance})},
			says: []string{
				"Error: Wawp did not accept the access token", "GET /v2/session/temp-link: HTTP 401",
				"WAWP_ACCESS_TOKEN",
			},
		},
		"read: 500": {
			faults: []wawptest.Fault{on(get, wawptest.Fault{Status: 500})},
			says:   []string{failed, "HTTP 500"},
		},
		"read: no answer": {
			faults: []wawptest.Fault{on(get, wawptest.Fault{Drop: true})},
			says:   []string{failed, "the request was sent, but"},
		},
		"read: foreign 404": {
			faults: []wawptest.Fault{on(get, wawptest.Fault{Status: 404, Body: foreignAnswer})},
			says:   []string{failed, "Check base_url"},
		},
		"read: unreadable": {
			faults: []wawptest.Fault{on(get, wawptest.Fault{Body: "{}"})},
			says:   []string{failed, "neither holds a link nor says that there is none"},
		},
		"info: 500": {
			faults: []wawptest.Fault{on(info, wawptest.Fault{Status: 500})},
			says:   []string{failed, "POST /v2/session/info: HTTP 500"},
		},
		"info: foreign 404": {
			faults: []wawptest.Fault{on(info, wawptest.Fault{Status: 404, Body: foreignAnswer})},
			says:   []string{failed, "Check base_url"},
		},
		"info: unreadable": {
			faults: []wawptest.Fault{on(info, wawptest.Fault{Body: "<html>"})},
			says:   []string{failed, "does not describe a session"},
		},
		"make: 401": {
			faults: []wawptest.Fault{on(post, wawptest.Fault{Status: 401, Body: noSuchInstance})},
			says:   []string{"Error: Wawp did not accept the access token", "HTTP 401"}, posts: 1, gets: 1,
		},
		"make: 403": {
			faults: []wawptest.Fault{on(post, wawptest.Fault{Status: 403, Body: noSuchInstance})},
			says:   []string{failed, "HTTP 403"}, posts: 1, gets: 1,
		},
		"make: foreign 404": {
			faults: []wawptest.Fault{on(post, wawptest.Fault{Status: 404, Body: foreignAnswer})},
			says:   []string{failed, "Check base_url"}, posts: 1, gets: 1,
		},
		"make: a refusal in disguise": {
			faults: []wawptest.Fault{on(post, wawptest.Fault{Body: noSuchInstance})},
			says:   []string{failed, "the answer holds no link"}, posts: 1,
		},
		"make: empty, and never there": {
			faults: []wawptest.Fault{on(post, wawptest.Fault{Status: 204})},
			says:   []string{failed, "the answer holds no link"}, posts: 1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, wawptest.Config{})
			for _, fault := range test.faults {
				w.Inject(fault)
			}
			tf := w.Terraform(t, noRetries+ephemeralConfig(quoted))
			if test.says != nil {
				acctest.Contains(t, tf.Fails("apply"), append(test.says, id)...)
			} else {
				output := tf.OK("apply")
				if strings.HasPrefix(name, "refused") {
					acctest.Contains(t, output, "Warning: Wawp gives no temporary link", id)
				} else if strings.Contains(output, "Wawp gives") {
					t.Errorf("there is a warning:\n%s", output)
				}
				if got, _, _ := strings.Cut(openedValues(tf), " "); got != "-" && !test.gives || test.gives &&
					got != validLink(t, w) {
					t.Errorf("got %s", got)
				}
			}
			if n := w.Count(post); n != test.posts {
				t.Errorf("%d requests made a link, want %d", n, test.posts)
			}
			if n := w.Count(get); test.gets != 0 && n != test.gets {
				t.Errorf("%d requests read the link, want %d", n, test.gets)
			}
		})
	}
}

// TestEphemeralInOtherForms is promise P6: the link is found, and not made a second time.
func TestEphemeralInOtherForms(t *testing.T) {
	t.Parallel()
	for name, form := range answerForms() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, wawptest.Config{Now: newClock().Now})
			w.Inject(wawptest.Fault{Match: get, Reshape: form})
			w.Inject(wawptest.Fault{Match: post, Reshape: form})
			tf := w.Terraform(t, ephemeralConfig(quoted))
			tf.OK("apply")
			if got, made := openedValues(tf), w.Links(id); len(made) != 1 || got != made[0]+" 2026-01-31T12:00:00Z" {
				t.Errorf("got %s of %v", got, made)
			}
		})
	}
}

// TestTwoEphemeralsOfOneSession opens two at the same time: one link is made, and both return it.
func TestTwoEphemeralsOfOneSession(t *testing.T) {
	t.Parallel()
	w := newWorld(t, wawptest.Config{Latency: 20 * time.Millisecond})
	configuration := ""
	for _, name := range []string{"x", "a", "b", "c", "d", "e"} {
		configuration += strings.Replace(ephemeralConfig(quoted), `"x"`, `"`+name+`"`, 1)
	}
	w.Terraform(t, configuration).OK("plan")
	if len(w.Links(id)) != 1 {
		t.Errorf("%d links were made", len(w.Links(id)))
	}
	w.CheckRequests(t, map[string]int{get: 6, info: 1, post: 1})
}

// TestEphemeralTimeout ends with the time that it has.
func TestEphemeralTimeout(t *testing.T) {
	t.Parallel()
	w := newWorld(t, wawptest.Config{})
	w.Inject(wawptest.Fault{Match: get, Status: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {"50"}}})
	tf := w.Terraform(t, ephemeralConfig(quoted, `timeouts = { open = "40s" }`))
	acctest.Contains(t, tf.Fails("plan"), "HTTP 429", "Run Terraform again in 50s")
	w.CheckRequests(t, map[string]int{get: 1})

	w.ClearFaults()
	release := make(chan struct{})
	defer close(release)
	w.Inject(wawptest.Fault{Match: get, Hold: release})
	tf.Configure(ephemeralConfig(quoted, `timeouts = { open = "50ms" }`))
	acctest.Contains(t, tf.Fails("plan"), "The time that the timeouts attribute gives the operation is over.")
}
