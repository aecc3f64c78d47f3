// Package guardduty reads GuardDuty findings into their normal form: as
// GuardDuty exports them and EventBridge delivers them (camelCase), and as
// the GetFindings call and what is made of its answers have them
// (PascalCase). The members are those of the Finding type of GuardDuty's API,
// version 2017-11-28.
//
// It may import decode, jsonscan, finding and what lies below it, and entity.
package guardduty
