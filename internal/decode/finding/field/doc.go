// Package field reads the members of a JSON value leniently: names in
// whatever case, a number where a text is expected, one thing where a list
// is, and nothing where something odd is. A finding is written by GuardDuty
// in one case, by an SDK in another and by people in a third, and whatever is
// wrong with one member must not cost the others.
//
// It looks at the bytes anew for every member that is asked for, unless an
// object is indexed, so that it takes no memory to speak of, however large
// the record.
//
// It may import jsonscan only.
package field
