package asff

import (
	"github.com/gumshoe-detective/gumshoe/internal/decode/finding"
	"github.com/gumshoe-detective/gumshoe/internal/decode/finding/field"
)

// network reads a network element. Its direction says which of the two
// addresses is the one at the other end; without it both may be.
func (p *Parser) network(v field.Value) {
	if !v.IsObject() {
		return
	}
	sources := append(v.Get("sourceIpV4").Texts(), v.Get("sourceIpV6").Texts()...)
	destinations := append(v.Get("destinationIpV4").Texts(), v.Get("destinationIpV6").Texts()...)
	remotes, locals := append(sources, destinations...), []string(nil)
	d := finding.ParseDirection(v.Get("direction").Text())
	switch d {
	case finding.Inbound:
		remotes, locals = sources, destinations
		p.b.Domain(v.Get("sourceDomain").Text())
	case finding.Outbound:
		remotes, locals = destinations, sources
		p.b.Domain(v.Get("destinationDomain").Text())
	}
	for _, text := range remotes {
		p.b.Remote(text, d, false, p.part)
	}
	for _, text := range locals {
		p.b.Local(text)
	}
}

// indicators reads the addresses and domains that threat intelligence knows.
func (p *Parser) indicators(list field.Value) {
	for v := range list.Elements() {
		switch value := v.Get("value").Text(); v.Get("type").Text() {
		case "IPV4_ADDRESS", "IPV6_ADDRESS":
			p.b.Remote(value, finding.UnknownDirection, false, p.part)
		case "DOMAIN":
			p.b.Domain(value)
		}
	}
}
