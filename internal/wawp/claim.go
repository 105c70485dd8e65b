package wawp

// Claim notes that something was made or adopted in this run, and says whether it is the first to do so. A new object
// may be made before the one that it replaces is destroyed, and both be the same thing at Wawp.
func (c *Client) Claim(what string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	first := !c.made[what]
	c.made[what] = true
	return first
}

// instanceKey names an instance for [Client.Claim]: it is claimed once this process has made it, or Wawp has told of
// it.
func instanceKey(id string) string { return "instance " + id }

// ClaimUnless is [Client.Claim], unless something else was claimed: then it claims nothing, and says so.
func (c *Client) ClaimUnless(what, other string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.made[other] {
		return false
	}
	c.made[what] = true
	return true
}

// IsClaimed says whether something was made or adopted in this run, and must not be deleted in it.
func (c *Client) IsClaimed(what string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.made[what]
}

// Adopt is [Client.Claim] of a webhook that was there, and is left with the secret that it has, if it has one.
func (c *Client) Adopt(id string, hook Webhook) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.made[hook.Key(id)] = true
	c.adopted[hook.Key(id)] = hook
}

// Adopted returns the webhook on an address, if this run has adopted it.
func (c *Client) Adopted(id string, hook Webhook) (Webhook, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	adopted, ok := c.adopted[hook.Key(id)]
	return adopted, ok
}
