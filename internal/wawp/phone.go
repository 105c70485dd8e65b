package wawp

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// How many digits a phone number has, with its country code. The standard E.164 sets the longest; small islands have
// the shortest. What each country allows changes too often to be checked here.
const (
	fewestDigits = 7
	mostDigits   = 15
)

// countryCodes are all country codes in use. None is the beginning of another.
var countryCodes = strings.Fields(`
	1 7
	20 211 212 213 216 218 220 221 222 223 224 225 226 227 228 229 230 231 232 233 234 235 236 237 238 239
	240 241 242 243 244 245 246 247 248 249 250 251 252 253 254 255 256 257 258 260 261 262 263 264 265 266 267 268 269
	27 290 291 297 298 299
	30 31 32 33 34 350 351 352 353 354 355 356 357 358 359 36
	370 371 372 373 374 375 376 377 378 380 381 382 383 385 386 387 389 39
	40 41 420 421 423 43 44 45 46 47 48 49
	500 501 502 503 504 505 506 507 508 509 51 52 53 54 55 56 57 58 590 591 592 593 594 595 596 597 598 599
	60 61 62 63 64 65 66 670 672 673 674 675 676 677 678 679 680 681 682 683 685 686 687 688 689 690 691 692
	800 808 81 82 84 850 852 853 855 856 86 870 878 880 881 882 883 886 888
	90 91 92 93 94 95 960 961 962 963 964 965 966 967 968 970 971 972 973 974 975 976 977 979 98
	992 993 994 995 996 998`)

// zeroCodes are the codes of countries where a leading 0 is part of the number, also for calls from abroad: Italy,
// Ivory Coast, Benin, Gabon, Congo, San Marino.
var zeroCodes = []string{"39", "225", "229", "241", "242", "378"}

// ParsePhoneNumber reads a phone number in any usual notation with a country code, such as +20 114 520 2826 or
// +44 (0)20 7946 0958. It returns the digits only: country code first, without + or 00. It does not check whether the
// number is in use. Its errors continue a sentence about the number, and do not quote it.
func ParsePhoneNumber(notation string) (string, error) {
	if strings.Contains(notation, "@") {
		return "", errors.New("it is a chat id already, with an @, and no phone number")
	}
	number, err := bare(notation)
	if err != nil {
		return "", err
	}
	spareZero := strings.Contains(number, "(0)") // calls from abroad leave it out
	number = strings.NewReplacer("(", "", ")", "").Replace(number)
	digits, international := strings.CutPrefix(number, "+")
	if !international {
		digits, international = strings.CutPrefix(number, "00")
	}
	code := countryCode(digits)
	local := digits[len(code):]
	switch {
	case digits == "":
		return "", errors.New("it is empty")
	case strings.Contains(digits, "+"):
		return "", errors.New("it has a + that is not at its beginning")
	case strings.HasPrefix(digits, "0") && !international:
		return "",
			errors.New("it begins with a single 0, as numbers within a country do: put the country code in place of " +
				"the 0")
	case code == "":
		return "", errors.New("it begins with no country code that exists")
	}
	if !slices.Contains(zeroCodes, code) {
		if spareZero {
			local = strings.TrimPrefix(local, "0")
		}
		if strings.HasPrefix(local, "0") {
			return "",
				fmt.Errorf("it has a 0 after the country code %s, which is dialled only within the country: leave "+
					"that out", code)
		}
	}
	digits = code + local
	switch {
	case len(digits) < fewestDigits:
		return "", fmt.Errorf("it is too short: %d digits, and with the country code there are %d at least",
			len(digits), fewestDigits)
	case len(digits) > mostDigits:
		return "", fmt.Errorf("it is too long: %d digits, and with the country code there are %d at most", len(digits),
			mostDigits)
	}
	return digits, nil
}

// ChatID returns the id of the chat with a phone number. The number is digits only, as [ParsePhoneNumber] returns it.
func ChatID(digits string) string { return digits + "@c.us" }

// NormalChatID returns the id of a chat in the form that Wawp documents (API.md 1): without the numbers of agent and
// device, and with c.us for a person. 201145202826.0:3@s.whatsapp.net becomes 201145202826@c.us.
func NormalChatID(chatID string) string {
	chatID = agentAndDevice.ReplaceAllString(chatID, "$1$2")
	if user, isPerson := strings.CutSuffix(chatID, "@s.whatsapp.net"); isPerson {
		return ChatID(user)
	}
	return chatID
}

var agentAndDevice = regexp.MustCompile(`^([0-9]+)(?:\.[0-9]+)?(?::[0-9]*)?(@.*)?$`)

// optionalDigits are digits that mobile numbers of some countries are written with or without. WhatsApp keeps a number
// in the form in which it was registered, and people may write it in the other.
var optionalDigits = []struct {
	code   string // of the country
	before int    // how many digits stand between the code and the optional one
	digit  byte
	after  int // how many digits follow
}{
	{"52", 0, '1', 10}, // Mexico
	{"54", 0, '9', 10}, // Argentina
	{"55", 2, '9', 8},  // Brazil: behind the area code
}

// SamePhone says whether two phone numbers, as [ParsePhoneNumber] returns them, are those of one phone.
func SamePhone(a, b string) bool { return withoutOptionalDigit(a) == withoutOptionalDigit(b) }

func withoutOptionalDigit(digits string) string {
	for _, o := range optionalDigits {
		at := len(o.code) + o.before
		if strings.HasPrefix(digits, o.code) && len(digits) == at+1+o.after && digits[at] == o.digit {
			return digits[:at] + digits[at+1:]
		}
	}
	return digits
}

// bare returns the digits, plus signs and brackets of a notation. It drops spaces, dashes, dots, and the invisible
// marks that a number copied from a phone can have.
func bare(notation string) (string, error) {
	var b strings.Builder
	for _, r := range notation {
		digit, isDigit := decimal(r)
		switch {
		case isDigit:
			b.WriteRune(digit)
		case r == '+', r == '(', r == ')':
			b.WriteRune(r)
		case unicode.IsSpace(r), unicode.In(r, unicode.Pd, unicode.Cf), strings.ContainsRune("./\u2212", r):
		case unicode.IsLetter(r):
			return "", errors.New("it holds letters")
		default:
			return "", errors.New("it holds a sign that no phone number has")
		}
	}
	return b.String(), nil
}

// decimal returns the digit for a European, Arabic or Persian numeral.
func decimal(r rune) (rune, bool) {
	for _, zero := range "0\u0660\u06f0" {
		if r >= zero && r <= zero+9 {
			return '0' + r - zero, true
		}
	}
	return 0, false
}

// countryCode returns the country code at the beginning of a number; "" if there is none.
func countryCode(digits string) string {
	for length := range min(len(digits), 3) {
		if code := digits[:length+1]; slices.Contains(countryCodes, code) {
			return code
		}
	}
	return ""
}
