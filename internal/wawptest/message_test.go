package wawptest

import (
	"net/http"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"
)

const chat = "201012345678@c.us"

func TestSendText(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("é", 4096)
	tests := map[string]struct {
		params object
		status int
		code   any
		want   Message // without the session
	}{
		"to a person": {object{"chatId": chat, "message": "Hello"}, 200, nil, Message{ChatID: chat, Text: "Hello"}},
		"to a group": {
			object{"chatId": "120363012345678901@g.us", "message": "Hello"},
			200, nil,
			Message{ChatID: "120363012345678901@g.us", Text: "Hello"},
		},
		"to a channel": {
			object{"chatId": "1@newsletter", "message": "Hello"},
			200, nil,
			Message{ChatID: "1@newsletter", Text: "Hello"},
		},
		"to a privacy id": {
			object{"chatId": "1@lid", "message": "Hello"},
			200, nil,
			Message{ChatID: "1@lid", Text: "Hello"},
		},
		"longest": {object{"chatId": chat, "message": long}, 200, nil, Message{ChatID: chat, Text: long}},
		"several lines": {
			object{"chatId": chat, "message": "a\n\nb "},
			200, nil,
			Message{ChatID: chat, Text: "a\n\nb "},
		},
		"too long":   {object{"chatId": chat, "message": long + "é"}, 400, "invalid_param", Message{}},
		"empty":      {object{"chatId": chat, "message": ""}, 400, "invalid_param", Message{}},
		"no message": {object{"chatId": chat}, 400, "missing_param", Message{}},
		"no chat":    {object{"message": "Hello"}, 400, "missing_param", Message{}},
		"an answer": {
			object{"chatId": chat, "message": "Hello", "reply_to": "false_1"},
			400, "unknown_param",
			Message{},
		},
		"a number": {object{"chatId": "201012345678", "message": "Hello"}, 400, "invalid_param", Message{}},
		"a plus": {
			object{"chatId": "+201012345678@c.us", "message": "Hello"},
			400, "invalid_param",
			Message{},
		},
		"a name": {object{"chatId": "jane@c.us", "message": "Hello"}, 400, "invalid_param", Message{}},
		"another domain": {
			object{"chatId": "201012345678@s.whatsapp.net", "message": "Hello"},
			400, "invalid_param",
			Message{},
		},
		"two chats": {object{"chatId": chat + "," + chat, "message": "Hello"}, 400, "invalid_param", Message{}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSimulation(t, Config{})
			id := s.Add(Session{Status: statusWorking}).InstanceID
			status, answer := s.call(sendText, id, test.params)
			if status != test.status || answer["code"] != test.code {
				t.Errorf("got %d %v", status, answer)
			}
			var want []Message
			if test.status == http.StatusOK {
				message := test.want
				message.InstanceID = id
				want = []Message{message}
			}
			if got := s.Messages(); !reflect.DeepEqual(got, want) {
				t.Errorf("sent %+v, want %+v", got, want)
			}
		})
	}
}

func TestSendTextJSONTypes(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"chatId", "message"} {
		t.Run(key, func(t *testing.T) {
			t.Parallel()
			s := newSimulation(t, Config{})
			params := object{"chatId": chat, "message": "Hello"}
			params[key] = 1
			status, answer := s.call(sendText, s.Add(Session{Status: statusWorking}).InstanceID, params)
			if status != http.StatusBadRequest || answer["code"] != "invalid_param" || s.Messages() != nil {
				t.Errorf("got %d %v, sent %v", status, answer, s.Messages())
			}
		})
	}
}

// TestSendTextCredentials: send/text takes the credentials in the query only, although it has a body.
func TestSendTextCredentials(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		change func(*http.Request)
		status int
		code   any
	}{
		"as documented": {func(*http.Request) {}, 200, nil},
		"token in body": {
			body(`{"chatId":"1@c.us","message":"Hello","access_token":"wawptest-token"}`), 400,
			"unknown_param",
		},
		"id in body": {
			body(`{"chatId":"1@c.us","message":"Hello","instance_id":"0123456789AB"}`), 400,
			"unknown_param",
		},
		"text in body":    {body(`{"chatId":"1@c.us","text":"Hello"}`), 400, "unknown_param"},
		"no token":        {query(accessToken), 400, "missing_param"},
		"no id":           {query(instanceID), 400, "missing_param"},
		"wrong token":     {query(accessToken, "another"), 401, "invalid_access_token"},
		"unknown id":      {query(instanceID, "BA9876543210"), 404, "invalid_instance"},
		"chat in query":   {query("chatId", chat), 400, "unknown_param"},
		"no body":         {body(""), 400, "invalid_json"},
		"no content type": {header("Content-Type", ""), 415, "unsupported_media_type"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSimulation(t, Config{})
			id := s.Add(Session{InstanceID: "0123456789AB", Status: statusWorking}).InstanceID
			r := s.request(t.Context(), sendText, id, object{"chatId": chat, "message": "Hello"})
			test.change(r)
			status, answer := s.sendForObject(r)
			if status != test.status || answer["code"] != test.code ||
				(len(s.Messages()) == 1) != (status == http.StatusOK) {
				t.Errorf("got %d %v, sent %v", status, answer, s.Messages())
			}
		})
	}
}

func TestSendTextNeedsWorkingSession(t *testing.T) {
	t.Parallel()
	for status, want := range map[string]struct {
		status int
		code   string
	}{
		statusStopped:  {400, "not_connected"},
		statusStarting: {400, "not_connected"},
		statusScan:     {400, "not_connected"},
		statusFailed:   {404, "invalid_session"},
	} {
		t.Run(status, func(t *testing.T) {
			t.Parallel()
			s := newSimulation(t, Config{BootTime: time.Hour})
			id := s.Add(Session{Status: status, Me: &Me{ID: "1@c.us"}}).InstanceID
			got, answer := s.call(sendText, id, object{"chatId": chat, "message": "Hello"})
			if got != want.status || answer["code"] != want.code || s.Messages() != nil {
				t.Errorf("got %d %v, sent %v", got, answer, s.Messages())
			}
			if got, answer := s.call(sendText, id); got != http.StatusBadRequest || answer["code"] != "missing_param" {
				t.Errorf("without a message: %d %v", got, answer)
			}
		})
	}
}

func TestSendTextAnswer(t *testing.T) {
	t.Parallel()
	s := newSimulation(t, Config{Now: func() time.Time { return time.Unix(1767323045, 0) }})
	id := s.Add(Session{Status: statusWorking}).InstanceID
	_, answer := s.call(sendText, id, object{"chatId": chat, "message": "Hello"})
	data, _ := answer["_data"].(object)
	key, _ := data["id"].(object)
	serialized, _ := key["_serialized"].(string)
	if !regexp.MustCompile(`^true_201012345678@c\.us_3EB0[0-9A-F]{18}$`).MatchString(serialized) {
		t.Errorf("id %v", key)
	}
	want := object{"_data": object{
		"id": object{
			"fromMe": true, "remote": chat, "id": strings.TrimPrefix(serialized, "true_"+chat+"_"),
			"_serialized": serialized,
		},
		"type": "chat", "body": "Hello", "to": chat, "t": 1767323045.0, "ack": 1.0,
	}}
	if !reflect.DeepEqual(answer, want) {
		t.Errorf("got %v, want %v", answer, want)
	}
	if _, next := s.call(sendText, id, object{"chatId": chat, "message": "Hello"}); reflect.DeepEqual(next, answer) {
		t.Errorf("two messages with one id: %v", next)
	}
}

func TestSendTextQueued(t *testing.T) {
	t.Parallel()
	s := newSimulation(t, Config{Queue: true})
	id := s.Add(Session{Status: statusWorking}).InstanceID
	status, answer := s.call(sendText, id, object{"chatId": chat, "message": "Hello"})
	if job, _ := answer["job_id"].(string); status != http.StatusAccepted || len(answer) != 2 ||
		answer["status"] != "queued" || job == "" {
		t.Errorf("got %d %v", status, answer)
	}
	if got := s.Messages(); !reflect.DeepEqual(got, []Message{{InstanceID: id, ChatID: chat, Text: "Hello"}}) {
		t.Errorf("queued %v", got)
	}
}

func TestMessagesOrder(t *testing.T) {
	t.Parallel()
	s := newSimulation(t, Config{})
	one, two := s.Add(Session{Status: statusWorking}).InstanceID, s.Add(Session{Status: statusWorking}).InstanceID
	s.call(sendText, two, object{"chatId": chat, "message": "first"})
	s.call(sendText, one, object{"chatId": "1@lid", "message": "second"})
	s.call("DELETE /v2/session/delete", two)
	got, want := s.Messages(), []Message{
		{InstanceID: two, ChatID: chat, Text: "first"},
		{InstanceID: one, ChatID: "1@lid", Text: "second"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("got %+v, want %+v", got, want)
	}
	got[0].Text = "changed by the caller"
	if !reflect.DeepEqual(s.Messages(), want) {
		t.Errorf("the caller changed what is kept: %+v", s.Messages())
	}
}
