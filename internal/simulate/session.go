package simulate

// session returns credentials for a burst that begins at a time, opening new
// ones where an actor has none, or where they have run out; it returns when
// the first call can follow and how many events the opening made.
func (g *generator) session(a *actor, ch channel, at int64) (caller, int64, int) {
	c := caller{address: g.address(a), agent: a.device.agent(ch, g.now.day), endpoint: a.endpoint}
	switch a.beginning {
	case byKey:
		if ch != console {
			if a.shell == nil {
				a.shell = keySession(a.principal, a.key)
			}
			c.session = a.shell
			return c, at, 0
		}
		return g.signIn(a, c, at, 12*3600)
	case byRootLogin:
		return g.signIn(a, c, at, 3600)
	case bySSO:
		return g.singleSignOn(a, c, ch, at)
	case byWebID:
		return g.ciRun(a, c, at)
	case byFunction, byInstance:
		return g.machineSession(a, c, at)
	case byVendor:
		visitor := caller{session: foreignSession(vendorAccount, principalID("AROA", derive(g.org.seed, "vendor"))+":scanner"), address: c.address, agent: c.agent}
		events, s := g.org.assume(visitor, at, a.principal, a.name, g.rng.Uint64())
		g.addAll(events)
		c.session = s
		return c, at + 1, len(events)
	case byLinked:
		if a.shell == nil || a.shell.until < at {
			a.shell = roleSession(a.principal, a.name, keyID("ASIA", g.rng.Uint64()), at, at+3600, roleExtras{invokedBy: a.service})
		}
		return caller{session: a.shell, address: a.service, agent: a.service}, at, 0
	default: // byService
		if a.shell == nil {
			a.shell = serviceSession(a.service)
		}
		return caller{session: a.shell, address: a.service, agent: a.service}, at, 0
	}
}

// address is where an actor calls from.
func (g *generator) address(a *actor) string {
	switch {
	case len(a.machines) > 0:
		return a.machines[g.rng.IntN(len(a.machines))]
	case a.person():
		return a.addressOn(g.now.day)
	default:
		return a.service
	}
}

// signIn is a user's or root's console session: a ConsoleLogin, now and then
// after a mistyped password.
func (g *generator) signIn(a *actor, c caller, at, length int64) (caller, int64, int) {
	if a.portal != nil && a.portal.until > at {
		c.session = a.portal
		return c, at, 0
	}
	s := userConsole(a.principal, keyID("ASIA", g.rng.Uint64()), at, at+length, true)
	used := 0
	if g.rng.IntN(12) == 0 {
		g.add(g.org.consoleLogin(c, s, at, false, true))
		at += 5 + int64(g.rng.IntN(20))
		used++
	}
	g.add(g.org.consoleLogin(c, s, at, true, true))
	a.portal = s
	c.session = s
	return c, at + 2, used + 1
}

// failedLogin is the fault of a refused console sign-in: the record has a
// message but no code.
const failedLogin = "Failed authentication"

// consoleLogin is the sign-in that gave s, or would have given it.
func (o *organization) consoleLogin(c caller, s *session, at int64, success, mfa bool) event {
	login := *s
	login.identity = loginIdentity(s)
	e := event{at: at, call: o.calls["signin:ConsoleLogin"], who: &login, recipient: s.account, region: homeRegion,
		address: c.address, agent: c.agent, fixed: values{slotMFA: "Yes"}}
	if !mfa {
		e.fixed[slotMFA] = "No"
	}
	if !success {
		e.fault = failedLogin
	}
	return e
}

// switchRole is an administrator going over to production in the console.
func (g *generator) switchRole(a *actor, c caller, at int64) *session {
	s := roleSession(g.org.admin, a.name, keyID("ASIA", g.rng.Uint64()), at, at+3600, roleExtras{mfa: true, fromPortal: true})
	g.add(event{at: at, call: g.org.calls["signin:SwitchRole"], who: s, recipient: s.account, region: homeRegion,
		address: c.address, agent: c.agent, fixed: values{slotCaller: c.arn}})
	return s
}

// shiftSeconds is how long an Identity Center session lasts.
const shiftSeconds = 9 * 3600

// singleSignOn is an Identity Center person: a SAML assertion for the role,
// one for the shell and one for the console, for a working day.
func (g *generator) singleSignOn(a *actor, c caller, ch channel, at int64) (caller, int64, int) {
	slot := &a.shell
	if ch == console {
		slot = &a.portal
	}
	if *slot != nil && (*slot).until > at {
		c.session = *slot
		return c, at, 0
	}
	email := a.name + "@example.com"
	s := roleSession(a.principal, email, keyID("ASIA", g.rng.Uint64()), at, at+shiftSeconds, roleExtras{fromPortal: ch == console})
	saml := &session{arn: email, callerID: email, identity: []byte(`{"type":"SAMLUser","principalId":"k8Jx2examplesso0Zq1Yw=:` + email +
		`","userName":"` + email + `","identityProvider":"k8Jx2examplesso0Zq1Yw="}`)}
	by := caller{session: s, address: c.address, agent: a.device.agent(console, g.now.day)}
	g.add(g.org.beginRole("AssumeRoleWithSAML", saml, by, at, a.principal, email, email, homeRegion))
	used := 1
	if ch == console {
		g.add(g.org.consoleLogin(c, s, at+1, true, false))
		used++
	}
	*slot = s
	c.session = s
	return c, at + 2, used
}

// ciRun is one run of a pipeline: a web identity, a session of its own.
func (g *generator) ciRun(a *actor, c caller, at int64) (caller, int64, int) {
	name := runName("GitHubActions-", g.rng)
	s := roleSession(a.principal, name, keyID("ASIA", g.rng.Uint64()), at, at+3600, roleExtras{webID: true})
	subject := "repo:" + a.name + ":ref:refs/heads/main"
	provider := "arn:aws:iam::" + a.account.id + ":oidc-provider/token.actions.githubusercontent.com"
	token := &session{arn: subject, callerID: subject, identity: []byte(`{"type":"WebIdentityUser","principalId":"` + provider + `:sts.amazonaws.com:` + subject +
		`","userName":"` + subject + `","identityProvider":"` + provider + `"}`)}
	c.session = s
	g.add(g.org.beginRole("AssumeRoleWithWebIdentity", token, c, at, a.principal, name, subject, homeRegion))
	return c, at + 1, 1
}

// machineSession is a function's or an instance's: several at a time, each
// renewed by Lambda or EC2 every few hours.
func (g *generator) machineSession(a *actor, c caller, at int64) (caller, int64, int) {
	const atOnce = 3
	if a.instances == nil {
		a.instances = make([]*session, atOnce)
	}
	i := g.rng.IntN(atOnce)
	if s := a.instances[i]; s != nil && s.until > at {
		c.session = s
		return c, at, 0
	}
	name, service := a.name, "lambda.amazonaws.com"
	extras := roleExtras{}
	if a.beginning == byInstance {
		// Instances are replaced about every ten days.
		ids := a.account.stock.instances
		if f := a.account.fleet; f != nil {
			ids = f.nodeIDs(a.region)
		}
		name, service = ids[(int(a.seed%97)+i+3*((g.now.day+i*3)/10))%len(ids)], "ec2.amazonaws.com"
		extras.ec2 = true
	}
	s := roleSession(a.principal, name, keyID("ASIA", g.rng.Uint64()), at, at+6*3600, extras)
	a.instances[i] = s
	by := caller{session: s, address: service, agent: service}
	e := g.org.beginRole("AssumeRole", serviceSession(service), by, at, a.principal, name, "", a.region)
	e.shared = g.rng.Uint64() | 1
	g.add(e)
	c.session = s
	return c, at + 1, 1
}
