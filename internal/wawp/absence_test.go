package wawp

import (
	"errors"
	"testing"
)

// TestJudge is promise P3: one row per kind of evidence.
func TestJudge(t *testing.T) {
	t.Parallel()
	own := &Error{Status: 404, own: true}
	dropped := &Error{Status: 404, known: codeInvalidSession, own: true}
	foreign := &Error{Status: 404}
	second := func(info, err error) Evidence { return Evidence{Seen: true, Info: info, Looked: true, SecondLook: err} }
	for name, test := range map[string]struct {
		evidence Evidence
		want     Verdict
	}{
		"own 404, seen":                       {Evidence{Seen: true, Info: own}, LookAgain},
		"own 404, seen, both agree":           {second(own, own), Absent},
		"own 404, seen, second look foreign":  {second(own, foreign), Absent},
		"own 404, paired, both agree":         {Evidence{Seen: true, Paired: true, Info: own, Looked: true, SecondLook: own}, Absent},
		"own 404, seen, second look answers":  {second(own, nil), Unclear},
		"own 404, seen, second look 401":      {second(own, &Error{Status: 401}), Unclear},
		"own 404, seen, second look 500":      {second(own, &Error{Status: 500}), Unclear},
		"own 404, seen, second look silent":   {second(own, &Error{}), Unclear},
		"own 404, seen, second look garbled":  {second(own, &Error{Status: 200}), Unclear},
		"own 404, seen, second look other":    {second(own, errors.New("other")), Unclear},
		"own 404, seen, other token":          {Evidence{Seen: true, OtherToken: true, Info: own}, Unclear},
		"own 404, other token, both agree":    {Evidence{Seen: true, OtherToken: true, Info: own, Looked: true, SecondLook: own}, Unclear},
		"401, other token":                    {Evidence{Seen: true, OtherToken: true, Info: &Error{Status: 401, own: true}}, Broken},
		"own 404, never seen":                 {Evidence{Info: own}, Unclear},
		"own 404, never seen, both agree":     {Evidence{Info: own, Looked: true, SecondLook: own}, Unclear},
		"invalid_session, seen, not paired":   {Evidence{Seen: true, Info: dropped}, LookAgain},
		"invalid_session, both, not paired":   {second(dropped, own), Absent},
		"invalid_session, seen, paired":       {Evidence{Seen: true, Paired: true, Info: dropped}, Unclear},
		"invalid_session, paired, both agree": {Evidence{Seen: true, Paired: true, Info: dropped, Looked: true, SecondLook: own}, Unclear},
		"foreign 404":                         {Evidence{Seen: true, Info: foreign, Looked: true, SecondLook: foreign}, Unclear},
		"405":                                 {Evidence{Seen: true, Info: &Error{Status: 405}}, Unclear},
		"unreadable 200":                      {Evidence{Seen: true, Info: &Error{Status: 200}}, Unclear},
		"empty 204":                           {Evidence{Seen: true, Info: &Error{Status: 204}}, Unclear},
		"301":                                 {Evidence{Seen: true, Info: &Error{Status: 301}}, Broken},
		"400":                                 {Evidence{Seen: true, Info: &Error{Status: 400, own: true}}, Broken},
		"401":                                 {Evidence{Seen: true, Info: &Error{Status: 401, own: true}}, Broken},
		"403":                                 {Evidence{Seen: true, Info: &Error{Status: 403, own: true}}, Broken},
		"410":                                 {Evidence{Seen: true, Info: &Error{Status: 410, own: true}}, Broken},
		"429":                                 {Evidence{Seen: true, Info: &Error{Status: 429}}, Broken},
		"500":                                 {Evidence{Seen: true, Info: &Error{Status: 500}}, Broken},
		"no answer":                           {Evidence{Seen: true, Info: &Error{}}, Broken},
		"some other error":                    {Evidence{Seen: true, Info: errors.New("other")}, Broken},
	} {
		if got, reason := Judge(test.evidence); got != test.want || reason == "" {
			t.Errorf("%s: verdict %d (%s), want %d", name, got, reason, test.want)
		}
	}
}

func TestJudgeChild(t *testing.T) {
	t.Parallel()
	own := &Error{Status: 404, own: true}
	dropped := &Error{Status: 404, known: codeInvalidSession, own: true}
	second := func(child, info error) ChildEvidence { return ChildEvidence{Child: child, Looked: true, Info: info} }
	for name, test := range map[string]struct {
		evidence ChildEvidence
		want     Verdict
	}{
		"own 404":                  {ChildEvidence{Child: own}, LookAgain},
		"own 404, info agrees":     {second(own, own), Absent},
		"own 404, info describes":  {second(own, nil), Unclear},
		"own 404, info foreign":    {second(own, &Error{Status: 404}), Unclear},
		"own 404, info 500":        {second(own, &Error{Status: 500}), Unclear},
		"own 404, info unreadable": {second(own, &Error{Status: 200}), Unclear},
		"own 404, other token":     {ChildEvidence{OtherToken: true, Child: own}, Unclear},
		"401, other token":         {ChildEvidence{OtherToken: true, Child: &Error{Status: 401, own: true}}, Broken},
		"own 404, phone dropped":   {second(own, dropped), Unclear},
		"phone dropped":            {ChildEvidence{Child: dropped}, Unclear},
		"phone dropped, own 404":   {second(dropped, own), Unclear},
		"lapsed plan":              {ChildEvidence{Child: &Error{Status: 403, known: codeNoSubscription, own: true}}, Unclear},
		"foreign 404":              {second(&Error{Status: 404}, own), Unclear},
		"unreadable":               {second(&Error{Status: 200}, own), Unclear},
		"other 403":                {second(&Error{Status: 403, own: true}, own), Broken},
		"401":                      {second(&Error{Status: 401, own: true}, own), Broken},
		"410":                      {second(&Error{Status: 410, own: true}, own), Broken},
		"500":                      {second(&Error{Status: 500}, own), Broken},
		"no answer":                {second(&Error{}, own), Broken},
	} {
		if got, reason := JudgeChild(test.evidence); got != test.want || reason == "" {
			t.Errorf("%s: verdict %d (%s), want %d", name, got, reason, test.want)
		}
	}
}
