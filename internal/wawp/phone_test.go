package wawp

import (
	"slices"
	"strings"
	"testing"
)

func TestParsePhoneNumberTakesEveryUsualNotation(t *testing.T) {
	t.Parallel()
	for notation, want := range map[string]string{
		"+20 114 520 2826":                "201145202826",
		"0020 114 520 2826":               "201145202826",
		"(+20) 114-520-2826":              "201145202826",
		"+(20) 114.520.2826":              "201145202826",
		"201145202826":                    "201145202826",
		" +20/114/5202826\n":              "201145202826",
		"+20\u00a0114\u202f520\u20112826": "201145202826", // spaces and a hyphen that do not break
		"+20 114 \u2212 520 \u2013 2826":  "201145202826", // a minus and a dash
		"\u202a+20 114 520 2826\u202c":    "201145202826", // marks of the direction of writing
		// Arabic numerals
		"+\u0662\u0660 \u0661\u0661\u0664 \u0665\u0662\u0660 \u0662\u0668\u0662\u0666": "201145202826",
		"+\u06f2\u06f0 \u06f1\u06f1\u06f4 \u06f5\u06f2\u06f0 \u06f2\u06f8\u06f2\u06f6": "201145202826", // Persian ones
		"+44 (0)20 7946 0958":    "442079460958",
		"0044 (0) 20 7946 0958":  "442079460958",
		"(+44)(0)20 7946 0958":   "442079460958",
		"+49 (0)171/1234567":     "491711234567",
		"+1 (202) 555-0123":      "12025550123",
		"+7 495 123-45-67":       "74951234567",
		"+39 06 698 1234":        "39066981234", // in Italy the 0 is part of the number
		"+39 (0)6 698 1234":      "39066981234",
		"+225 07 07 12 34 56":    "2250707123456",
		"+683 4000":              "6834000",         // Niue: as short as they come
		"+49 1520 123 456 789":   "491520123456789", // as long as they may be
		"+44 (0)1520 123 456 78": "44152012345678",
	} {
		if got, err := ParsePhoneNumber(notation); got != want || err != nil {
			t.Errorf("%q: got %q (%v), want %q", notation, got, err, want)
		}
	}
}

func TestParsePhoneNumberSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	for notation, want := range map[string]string{
		"":                      "it is empty",
		" \t()":                 "it is empty",
		"+":                     "it is empty",
		"00":                    "it is empty",
		"+20 1145":              "it is too short: 6 digits",
		"+49 1520 123 456 7890": "it is too long: 16 digits",
		"01145202826":           "it begins with a single 0",
		"(0)20 7946 0958":       "it begins with a single 0",
		"+20 0114 520 2826":     "it has a 0 after the country code 20",
		"+44 (020) 7946 0958":   "it has a 0 after the country code 44",
		"+44 (0)020 7946 0958":  "it has a 0 after the country code 44",
		"+81 (0)0000":           "it has a 0 after the country code 81",
		"+81 (0)1000":           "it is too short: 6 digits",
		"+0114 520 2826":        "no country code",
		"000114 520 2826":       "no country code",
		"+999 114 520 2826":     "no country code",
		"2145202826":            "no country code",
		"20+1145202826":         "a + that is not at its beginning",
		"++201145202826":        "a + that is not at its beginning",
		"+1 800 FLOWERS":        "letters",
		"\u0639\u0645\u0631":    "letters",
		"+20 114 520 2826 #7":   "a sign",
		"+201145202826, +20 11": "a sign",
		"\xff201145202826":      "a sign",
		"201145202826@c.us":     "it is a chat id already",
		"12036304@g.us":         "it is a chat id already",
	} {
		got, err := ParsePhoneNumber(notation)
		if err == nil || got != "" || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %q (%v), want an error with %q", notation, got, err, want)
		}
		if err != nil && len(notation) > 2 && strings.Contains(err.Error(), notation) {
			t.Errorf("%q: the error quotes it: %s", notation, err)
		}
	}
}

// TestCountryCodes checks that no code is the beginning of another one.
func TestCountryCodes(t *testing.T) {
	t.Parallel()
	if len(countryCodes) != 215 {
		t.Errorf("there are %d country codes", len(countryCodes))
	}
	for i, code := range countryCodes {
		for j, other := range countryCodes {
			if i != j && strings.HasPrefix(other, code) {
				t.Errorf("%s begins with %s", other, code)
			}
		}
	}
	for _, code := range zeroCodes {
		if !slices.Contains(countryCodes, code) {
			t.Errorf("%s is no country code", code)
		}
	}
}

func TestChatID(t *testing.T) {
	t.Parallel()
	if got := ChatID("201145202826"); got != "201145202826@c.us" {
		t.Error(got)
	}
}

func TestNormalChatID(t *testing.T) {
	t.Parallel()
	for chatID, want := range map[string]string{
		"201145202826:3@c.us":            "201145202826@c.us",
		"201145202826:12@s.whatsapp.net": "201145202826@c.us",
		"201145202826@s.whatsapp.net":    "201145202826@c.us",
		"123456:7@lid":                   "123456@lid",
		"201145202826:@c.us":             "201145202826@c.us",
		"201145202826@c.us":              "201145202826@c.us",
		"12036304-1600000000@g.us":       "12036304-1600000000@g.us",
		"201145202826:x@c.us":            "201145202826:x@c.us",
		"201145202826:3":                 "201145202826",
		"201145202826.0":                 "201145202826",
		"201145202826.0:3":               "201145202826",
		"201145202826.0:3@c.us":          "201145202826@c.us",
		"201145202826.12@s.whatsapp.net": "201145202826@c.us",
		"201145202826.1:@c.us":           "201145202826@c.us",
		"123456.1:7@lid":                 "123456@lid",
		"201145202826.x:3@c.us":          "201145202826.x:3@c.us",
		"201145202826:3.0@c.us":          "201145202826:3.0@c.us",
		".0:3@c.us":                      ".0:3@c.us",
		"@s.whatsapp.net":                "@c.us",
		":3@c.us":                        ":3@c.us",
		"":                               "",
		"status@broadcast":               "status@broadcast",
		"201145202826:3:4@c.us":          "201145202826:3:4@c.us",
	} {
		if got := NormalChatID(chatID); got != want {
			t.Errorf("%s: %s, want %s", chatID, got, want)
		}
	}
}

func TestSamePhone(t *testing.T) {
	t.Parallel()
	for pair, want := range map[[2]string]bool{
		{"201145202826", "201145202826"}:   true,
		{"201145202826", "201145202827"}:   false,
		{"5511987654321", "551187654321"}:  true, // Brazil
		{"5531998765432", "553198765432"}:  true,
		{"5511987654321", "552187654321"}:  false, // another area
		{"5511887654321", "551187654321"}:  false, // an 8
		{"55119876543210", "551187654321"}: false, // a digit more
		{"551198765432", "55118765432"}:    false, // a digit less
		{"5491123456789", "541123456789"}:  true,  // Argentina
		{"5492615123456", "542615123456"}:  true,
		{"5411923456789", "541123456789"}:  false, // the 9 stands elsewhere
		{"5481123456789", "541123456789"}:  false,
		{"5215512345678", "525512345678"}:  true, // Mexico
		{"5213312345678", "523312345678"}:  true,
		{"5215512345678", "525512345679"}:  false,
		{"5295512345678", "525512345678"}:  false,
		{"5911234567890", "59234567890"}:   false, // other countries have no such digit
		{"12125550123", "2125550123"}:      false,
		{"", ""}:                           true,
		{"55", "559"}:                      false,
	} {
		if SamePhone(pair[0], pair[1]) != want || SamePhone(pair[1], pair[0]) != want {
			t.Errorf("%v are the same: want %t", pair, want)
		}
	}
}
