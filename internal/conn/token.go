package conn

import (
	"context"
	"strconv"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/wawp/terraform-provider-wawp/internal/wawp"
)

// keyToken is where the private state keeps the mark of the access token with which Wawp last told of the object.
const keyToken = "token"

// PrivateState is the private state of a request or a response, whichever it is.
type PrivateState interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
	SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
}

// MarkToken notes that the object is one of the account of the client's access token.
func MarkToken(ctx context.Context, client *wawp.Client, p PrivateState) diag.Diagnostics {
	return p.SetKey(ctx, keyToken, strconv.AppendQuote(nil, client.TokenMark()))
}

// IsOtherToken says whether the client's access token is another one than [MarkToken] noted. It may be that of another
// account, to which Wawp says of each session of this one that there is no such session. Nothing noted is no other token.
func IsOtherToken(ctx context.Context, client *wawp.Client, p PrivateState) bool {
	mark, _ := p.GetKey(ctx, keyToken)
	return mark != nil && string(mark) != strconv.Quote(client.TokenMark())
}
