package wawp

// This file remembers what this run has made, adopted and done. Terraform may create an object before it destroys
// the one that it replaces (create_before_destroy), and at Wawp both may be the same: then the destroy must not delete
// it.

// Claim notes that this run has made or adopted an object, or done what the key names, such as a logout. It says
// whether that is the first claim of the key.
func (c *Client) Claim(key string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	first := !c.claims[key]
	c.claims[key] = true
	return first
}

// instanceKey names an instance for [Client.Claim]. An instance is claimed once any request about it has succeeded.
func instanceKey(id string) string { return "instance " + id }

// ClaimUnless claims a key, unless another one is claimed. It says whether it has claimed the key.
func (c *Client) ClaimUnless(key, other string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.claims[other] {
		return false
	}
	c.claims[key] = true
	return true
}

// IsClaimed says whether this run has claimed a key.
func (c *Client) IsClaimed(key string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.claims[key]
}

// Adopt claims a webhook that already exists. The webhook keeps its secret, if it has one.
func (c *Client) Adopt(id string, hook Webhook) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.claims[hook.Key(id)] = true
	c.adopted[hook.Key(id)] = hook
}

// Adopted returns the webhook with the same URL, if this run has adopted it.
func (c *Client) Adopted(id string, hook Webhook) (Webhook, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	adopted, ok := c.adopted[hook.Key(id)]
	return adopted, ok
}
