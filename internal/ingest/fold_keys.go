package ingest

import (
	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// fine is the finest row that a batch folds events to; every rollup is a
// projection of it. Folding to it first makes the cost an event independent
// of the number of rollups.
type fine struct {
	hour                                   warehouse.Hour
	service, isIP                          bool
	account, principal, session, accessKey entity.ID
	address, agent, product                entity.ID
	api, region, target, location, aso     entity.ID
}

func (k fine) hash() uint64 {
	return mixIDs(uint64(k.hour), k.principal, k.api, k.address, k.session, k.accessKey, k.agent, k.target,
		k.account, k.region)
}

type hourKey struct {
	hour   warehouse.Hour
	entity entity.ID
	role   warehouse.Role
}

type valueKey struct {
	day       warehouse.Day
	entity    entity.ID
	dimension warehouse.Dimension
	value     entity.ID
}

type signinKey struct {
	hour                          warehouse.Hour
	account, user, address, agent entity.ID
	kind                          warehouse.SigninKind
	mfa                           warehouse.MFA
}

type linkKey struct {
	hour     warehouse.Hour
	from, to entity.ID
	kind     warehouse.LinkKind
}

type coverageKey struct {
	hour            warehouse.Hour
	account, region entity.ID
	origin          warehouse.Origin
}

func (k hourKey) hash() uint64 {
	return mix(uint64(k.entity), uint64(k.hour)<<8|uint64(k.role))
}

func (k valueKey) hash() uint64 {
	return mixIDs(uint64(k.day)<<8|uint64(k.dimension), k.entity, k.value)
}

func (k signinKey) hash() uint64 {
	return mixIDs(uint64(k.hour)<<16|uint64(k.kind)<<8|uint64(k.mfa), k.account, k.user, k.address, k.agent)
}

func (k linkKey) hash() uint64 {
	return mixIDs(uint64(k.hour)<<8|uint64(k.kind), k.from, k.to)
}

func (k coverageKey) hash() uint64 {
	return mixIDs(uint64(k.hour)<<8|uint64(k.origin), k.account, k.region)
}

// activityKey is a row without its counts.
type activityKey warehouse.Activity

func (k activityKey) hash() uint64 {
	return mixIDs(uint64(k.Hour), k.Principal, k.Account, k.Address, k.API, k.Region, k.Agent)
}

// kubeKey is a row without its counts.
type kubeKey warehouse.Kube

func (k kubeKey) hash() uint64 {
	return mixIDs(uint64(k.Hour), k.Cluster, k.Subject, k.API, k.Address, k.Target)
}
