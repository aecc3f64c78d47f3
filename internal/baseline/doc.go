// Package baseline says what is normal for an entity and how far from it
// something lies: the volume of its calls by the hour of the week, the bytes of
// its traffic, how rare a call is for it, and how much a call increased.
//
// All of it is a pure function over counts, without I/O and without a clock:
// whoever asks brings the counts of the [Days] before the scope time. Every
// answer carries the numbers that it was made of, so that it can be checked by
// hand. It imports nothing of ours.
package baseline
