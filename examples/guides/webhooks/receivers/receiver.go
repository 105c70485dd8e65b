package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"sync"
)

func main() {
	seen, secret, address := new(sync.Map), []byte(os.Getenv("WEBHOOK_SECRET")), "127.0.0.1:"+os.Getenv("PORT")
	panic(http.ListenAndServe(address, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mac := hmac.New(sha256.New, secret)
		body, _ := io.ReadAll(io.TeeReader(http.MaxBytesReader(w, r.Body, 1<<20), mac))
		digest, signature := fmt.Sprintf("%x", mac.Sum(nil)), r.Header.Get("X-Wawp-Signature")
		var event struct{ ID, Event string }
		if len(secret) == 0 || !hmac.Equal([]byte(digest), []byte(signature)) || json.Unmarshal(body, &event) != nil {
			w.WriteHeader(http.StatusUnauthorized)
		} else if _, twice := seen.LoadOrStore(event.ID, true); !twice {
			go fmt.Println(event.Event, event.ID) // the answer does not wait for the work
		}
	})))
}
