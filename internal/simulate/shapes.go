package simulate

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"path"
)

// shapes makes one small file of each further shape that these logs come in,
// all about the same few records.
type shapes struct {
	org   *organization
	dice  *dice
	day   int64    // Unix seconds of its midnight
	calls []event  // CloudTrail's
	plain [][]byte // the same as records
	flows []flowRecord
	files []shapeFile
}

// shapeFile is a file below [ShapesFolder], with so many records.
type shapeFile struct {
	name    string
	records int
	body    []byte
}

// postShapes sends the files of Config.Shapes, dated on the last day.
func postShapes(cfg Config, org *organization, out *outbox) error {
	seed := derive(uint64(cfg.Seed), "shapes")
	s := &shapes{org: org, dice: &dice{seed}, day: cfg.End.Unix() - 86400}
	s.sample()
	t := newTraffic(cfg, org, rand.New(rand.NewPCG(seed, derive(seed, "flows"))))
	for i := range int64(12) {
		c := t.next(s.day + 3600 + 60*i)
		c.seconds = min(c.seconds, 600)
		s.flows = c.records(s.flows, 60)
	}
	for _, add := range []func() error{s.cloudTrail, s.envelopes, s.flowParquet, s.ocsf} {
		if err := add(); err != nil {
			return err
		}
	}
	for _, f := range s.files {
		p := parcel{source: shape, path: path.Join(ShapesFolder, f.name), content: text(f.body)}
		if err := out.post(p, f.records, 0); err != nil {
			return err
		}
	}
	return nil
}

// sample makes the CloudTrail records that the files are about.
func (s *shapes) sample() {
	user := s.org.quiet
	who := caller{session: keySession(user.principal, user.key), address: user.work, agent: user.device.agent(cli, int(s.day/86400))}
	for i, name := range []string{"s3:ListBuckets", "ec2:DescribeInstances", "iam:CreateAccessKey", "secretsmanager:GetSecretValue"} {
		e := who.record(s.day+3600+int64(20*i), s.org.calls[name], homeRegion)
		e.seed = s.dice.next()
		s.calls = append(s.calls, e)
		s.plain = append(s.plain, renderer{s.org}.appendRecord(nil, &e))
	}
}

// add enters a file.
func (s *shapes) add(name string, records int, body []byte) {
	s.files = append(s.files, shapeFile{name, records, body})
}

// addJSON enters a file of one JSON value.
func (s *shapes) addJSON(name string, records int, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode %s: %w", name, err)
	}
	s.add(name, records, b)
	return nil
}

// addLines enters a file of one JSON value a line.
func addLines[T any](s *shapes, name string, values []T) error {
	var b []byte
	for _, v := range values {
		j, err := json.Marshal(v)
		if err != nil {
			return fmt.Errorf("encode %s: %w", name, err)
		}
		b = append(append(b, j...), '\n')
	}
	s.add(name, len(values), b)
	return nil
}

func (s *shapes) uuid() string { return string(appendUUID(nil, s.dice.next(), s.dice.next())) }
