package wawp

// This file remembers what this run has made or adopted. Terraform may create an object before it destroys the one that
// it replaces (create_before_destroy), and at Wawp both may be the same: then the destroy must not delete it.

// Claim notes that an object was made or adopted in this run. It says whether that is the first claim of the object.
// what names the object, such as [Webhook.Key].
func (c *Client) Claim(what string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	first := !c.made[what]
	c.made[what] = true
	return first
}

// instanceKey names an instance for [Client.Claim]. An instance is claimed once any request about it has succeeded.
func instanceKey(id string) string { return "instance " + id }

// ClaimUnless claims an object, unless another one is claimed. It says whether it has claimed it.
func (c *Client) ClaimUnless(what, other string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.made[other] {
		return false
	}
	c.made[what] = true
	return true
}

// IsClaimed says whether an object was made or adopted in this run. If so, this run must not delete it.
func (c *Client) IsClaimed(what string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.made[what]
}

// Adopt claims a webhook that already exists. The webhook keeps its secret, if it has one.
func (c *Client) Adopt(id string, hook Webhook) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.made[hook.Key(id)] = true
	c.adopted[hook.Key(id)] = hook
}

// Adopted returns the webhook with the same URL, if this run has adopted it.
func (c *Client) Adopted(id string, hook Webhook) (Webhook, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	adopted, ok := c.adopted[hook.Key(id)]
	return adopted, ok
}
