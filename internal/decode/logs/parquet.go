package logs

import (
	"errors"
	"io"

	"github.com/gumshoe-detective/gumshoe/internal/decode"
	"github.com/gumshoe-detective/gumshoe/internal/decode/ocsf"
	"github.com/gumshoe-detective/gumshoe/internal/decode/vpcflow"
)

// ReasonParquet says that a Parquet file cannot be read.
const ReasonParquet decode.Reason = "malformed-parquet"

// parquetReader reads the records of an object that is Parquet: flow logs as
// AWS delivers them, or OCSF events of Amazon Security Lake.
type parquetReader struct {
	only  decode.Kind
	spool *spool
	flow  *vpcflow.Parquet // or
	ocsf  *ocsf.Parquet
	event ocsf.Record
	end   error // why there is no more; io.EOF at the end
}

// open begins to read src. What is wrong with it next returns.
func (p *parquetReader) open(src io.Reader, only decode.Kind, dir string) {
	p.close()
	*p = parquetReader{only: only}
	if p.spool, p.end = newSpool(src, dir); p.end != nil {
		return
	}
	var err error
	if p.flow, err = vpcflow.NewParquet(p.spool, p.spool.size); isForeign(err) {
		p.ocsf, err = ocsf.NewParquet(p.spool, p.spool.size)
		if rejection, ok := errors.AsType[*decode.Rejection](err); ok && rejection.Foreign {
			rejection.Reason, rejection.Detail = ReasonUnrecognized, "a Parquet file that is neither a flow log nor OCSF"
			if only != decode.KindAuto {
				rejection.Reason = notOfKind(only)
			}
		}
	}
	if rejection, ok := errors.AsType[*decode.Rejection](err); ok && rejection.Reason == vpcflow.ReasonMalformed {
		rejection.Reason = ReasonParquet // what it is of, nobody knows
	}
	p.end = err
}

// close releases what is open.
func (p *parquetReader) close() {
	if p.flow != nil {
		_ = p.flow.Close() // it was only read
	}
	if p.ocsf != nil {
		_ = p.ocsf.Close()
	}
	p.spool.close()
	p.flow, p.ocsf, p.spool = nil, nil, nil
}

// next reads the next record.
func (p *parquetReader) next(rec *Record) error {
	if p.end != nil {
		err := p.end
		if _, ok := errors.AsType[*decode.Rejection](err); ok {
			p.end = io.EOF // it stands for the whole object
		}
		return err
	}
	err := p.row(rec)
	if _, ok := errors.AsType[*decode.Rejection](err); err != nil && !ok {
		p.end = err
		p.close()
	}
	return err
}

func (p *parquetReader) row(rec *Record) error {
	if p.flow != nil {
		if err := p.flow.Next(&rec.Flow); err != nil {
			return err
		}
		rec.Kind, rec.Derived, rec.ocsf, rec.Raw = decode.KindVPCFlow, false, false, rec.Flow.Raw
		return p.wanted(rec)
	}
	raw, err := p.ocsf.Next(&p.event)
	if err != nil {
		return err
	}
	rec.setOCSF(&p.event, raw)
	return p.wanted(rec)
}

// wanted rejects a record that is not of the kind asked for.
func (p *parquetReader) wanted(rec *Record) error {
	if p.only == decode.KindAuto || p.only == rec.Kind {
		return nil
	}
	return &decode.Rejection{Records: 1, Offset: -1, Reason: notOfKind(p.only), Detail: "a record of " + string(rec.Kind), Foreign: true}
}

// setOCSF makes r the record that an OCSF event is of.
func (r *Record) setOCSF(event *ocsf.Record, raw []byte) {
	r.Kind, r.Derived, r.ocsf, r.Raw = event.Kind, true, true, raw
	switch event.Kind {
	case decode.KindCloudTrail:
		r.CloudTrail = event.CloudTrail
	case decode.KindVPCFlow:
		r.Flow = event.Flow
	case decode.KindEKSAudit:
		r.Audit = event.Audit
		r.Audit.Raw = raw
	default:
		r.Finding = event.Finding
	}
}
